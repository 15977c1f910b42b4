// The texts that MapLibre itself shows or reads out, in the language of the page. MapLibre's own are English only.
import type { Lang } from '@/core/i18n/lang';

const chinese: Readonly<Record<string, string>> = {
  'AttributionControl.MapFeedback': '地图意见反馈',
  'AttributionControl.ToggleAttribution': '显示或隐藏数据来源',
  'CooperativeGesturesHandler.MacHelpText': '按住 ⌘ 并滚动，可缩放地图',
  'CooperativeGesturesHandler.MobileHelpText': '请用两根手指移动地图',
  'CooperativeGesturesHandler.WindowsHelpText': '按住 Ctrl 并滚动，可缩放地图',
  'FullscreenControl.Enter': '进入全屏',
  'FullscreenControl.Exit': '退出全屏',
  'GeolocateControl.FindMyLocation': '定位到我的位置',
  'GeolocateControl.LocationNotAvailable': '无法获取位置',
  'GlobeControl.Disable': '关闭地球视图',
  'GlobeControl.Enable': '打开地球视图',
  'LogoControl.Title': 'MapLibre 标志',
  'Map.Title': '地图',
  'Marker.Title': '地图标记',
  'NavigationControl.ResetBearing': '拖动可旋转地图，点击恢复正北',
  'NavigationControl.ZoomIn': '放大',
  'NavigationControl.ZoomOut': '缩小',
  'Popup.Close': '关闭',
  'ScaleControl.Feet': '英尺',
  'ScaleControl.Kilometers': '公里',
  'ScaleControl.Meters': '米',
  'ScaleControl.Miles': '英里',
  'ScaleControl.NauticalMiles': '海里',
  'TerrainControl.Disable': '关闭地形',
  'TerrainControl.Enable': '打开地形',
};

/** The texts for the option `locale` of a map. */
export const mapTexts = (lang: Lang): Readonly<Record<string, string>> => (lang === 'zh' ? chinese : {});
