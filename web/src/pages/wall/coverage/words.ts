// The words of the coverage view, in both languages.
import * as format from '@/core/i18n/format';
import type { Lang } from '@/core/i18n/lang';
import { keyOfFacility, type FacilityBody } from '@/core/planning/facilities';
import { coverageWords as shared } from '@/core/planning/words';

/** The name of facilities, with the range of their area if only some count: 口袋公园（400–10,000 m²）. */
export function facilityName(facility: FacilityBody, lang: Lang): string {
  const key = keyOfFacility(facility);
  const name = key ? shared[lang].facilities[key] : (facility.kind ?? facility.collection);
  if (!facility.area_m2) return name;
  const [from = 0, to = Infinity] = facility.area_m2;
  // An upper end of square kilometres means that there is none.
  const range = to > 1e7 ? `≥ ${format.count(from)}` : `${format.count(from)}–${format.count(to)}`;
  return lang === 'zh' ? `${name}（${range} m²）` : `${name} (${range} m²)`;
}

export const coverageWords = {
  zh: {
    ...shared.zh,
    title: '设施步行可达',
    place: (n: number, of: number) => `${n} / ${of}`,
    loading: '正在计算覆盖率',
    building: '正在建立步行路网，稍后自动显示',
    refused: '本屏无权查看覆盖情况',
    refusedHint: '请用值班员或规划员账号登录，或在链接中使用只读令牌：',
    refusedCommand: 'onemap token create --role officer --name 大屏 --read-only',
    signIn: '登录',
    failed: '覆盖率暂时无法读取，正在自动重试',
    old: '未能更新，以下为此前的数字',
    noStandards: '没有配置标准。请在 standards.toml 中写入至少一项。',
    unknownStandard: (id: string) => `没有标准“${id}”，现显示其他标准。请按 S 键在设置中选择。`,
    empty: {
      people: '暂无居民数据',
      facilities: (name: string) => `地图上暂无${name}`,
      closed: (name: string) => `此刻没有可用的${name}`,
    },
    emptyHint: {
      people: '导入带户数或层数的楼栋后，此处显示未覆盖的居民：',
      facilities: '导入后，此处显示未覆盖的居民：',
      closed: (closed: string, unlinked: string) => `${closed} 处不在开放时间，${unlinked} 处附近没有道路。`,
    },
    ofPeople: (covered: string, people: string) => `${people} 人中 ${covered} 人`,
    reach: (reach: string, isReturn: boolean) => `${isReturn ? '往返' : '步行'} ${reach}内可达`,
    byAir: (share: string) => `按直线 ${share}`,
    onlyToCompare: '仅作对照',
    noAir: '选定社区没有直线对照数字',
    missing: '未覆盖',
    worst: '最差',
    worstOnMap: '最差 · ',
    worstOf: (missing: string) => `${missing} 人未覆盖`,
    allCovered: '各社区居民全部可达',
    ranking: '社区 · 覆盖率低的在前',
    more: (n: string) => `另有 ${n} 个`,
    inNoArea: (n: string) => `另有 ${n} 人不在任何社区`,
    noCommunities: '没有社区边界，不能排序。',
    asOf: (at: string) => `${at} 时点`,
    facilitiesCounted: (name: string, n: string) => `${name} ${n} 处`,
    closedNow: (n: string) => `${n} 处此刻不开放`,
    unknownHours: (n: string) => `${n} 处时间未知，按开放计`,
    estimated: (share: string) => `${share} 的人数按建筑面积估算`,
    fromHouseholds: (n: string) => `每户按 ${n} 人计`,
    source: '出处：',
    estimate: '估算',
    open: '未结预警',
    covered: '可达',
    afterRed: '看完红色预警或退出回看后，显示设施步行可达',
    legend: '超出标准',
    mapText: (standard: string, share: string, people: string) =>
      `${standard}：${share} 的居民可达，${people} 人未覆盖，在地图上以圆点和着色的楼栋表示。`,
    table: '各社区的可达比例',
    tableCommunity: '社区',
    tableShare: '可达比例',
    tableMissing: '未覆盖人数',
    placesTable: '未覆盖人数最多的楼栋',
    tablePlace: '楼栋',
    tableWalk: '步行距离',
  },
  en: {
    ...shared.en,
    title: 'Walking reach',
    place: (n: number, of: number) => `${n} / ${of}`,
    loading: 'Counting the coverage',
    building: 'The walking network is being built. This shows by itself soon',
    refused: 'This screen may not read coverages',
    refusedHint: 'Sign in as an officer or planner, or use a link with a read-only token:',
    refusedCommand: 'onemap token create --role officer --name wall --read-only',
    signIn: 'Sign in',
    failed: 'The coverage cannot be loaded; trying again',
    old: 'Not updated; these are earlier figures',
    noStandards: 'There are no standards. Write at least one into standards.toml.',
    unknownStandard: (id: string) =>
      `There is no standard “${id}”, so another one is shown. Press S and choose one in the settings.`,
    empty: {
      people: 'No data on people yet',
      facilities: (name: string) => `The map has none of these yet: ${name}`,
      closed: (name: string) => `None can be used now: ${name}`,
    },
    emptyHint: {
      people: 'Import buildings with households or storeys to see who is out of reach:',
      facilities: 'Import them to see who is out of reach:',
      closed: (closed: string, unlinked: string) => `${closed} are closed, ${unlinked} have no way nearby.`,
    },
    ofPeople: (covered: string, people: string) => `${covered} of ${people} people`,
    reach: (reach: string, isReturn: boolean) => `within ${reach}${isReturn ? ', there and back' : ' on foot'}`,
    byAir: (share: string) => `By air ${share}`,
    onlyToCompare: 'to compare only',
    noAir: 'No straight-line share for chosen communities',
    missing: 'Not covered',
    worst: 'Worst',
    worstOnMap: 'Worst: ',
    worstOf: (missing: string) => `${missing} not covered`,
    allCovered: 'Everybody is within reach',
    ranking: 'Worst first',
    more: (n: string) => `${n} more`,
    inNoArea: (n: string) => `${n} more people are in no community`,
    noCommunities: 'There are no communities to rank.',
    asOf: (at: string) => `At ${at}`,
    facilitiesCounted: (name: string, n: string) => `${name}: ${n}`,
    closedNow: (n: string) => `${n} closed now`,
    unknownHours: (n: string) => `${n} with unknown hours count as open`,
    estimated: (share: string) => `${share} estimated from floor area`,
    fromHouseholds: (n: string) => `people: households × ${n}`,
    source: 'Source: ',
    estimate: 'estimate',
    open: 'Open warnings',
    covered: 'in reach',
    afterRed: 'The coverage shows after the red case, or after the past',
    legend: 'Beyond the standard',
    mapText: (standard: string, share: string, people: string) =>
      `${standard}: ${share} of the people are within reach. ${people} people are not; circles and coloured buildings show where.`,
    table: 'The share within reach by community',
    tableCommunity: 'Community',
    tableShare: 'Share',
    tableMissing: 'People out of reach',
    placesTable: 'The buildings with the most people out of reach',
    tablePlace: 'Building',
    tableWalk: 'Walk',
  },
};
