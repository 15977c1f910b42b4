// The texts about data on the phone, in both languages.
export const words = {
  zh: {
    answer: (at: string) => `离线数据，更新于 ${at}`,
    expired: '数据已超过两周，开放时间未知。',
    again: '重试',
    stateReady: (at: string) => `离线数据更新于 ${at}`,
    stateLoading: '正在下载离线数据',
    stateNone: '尚无离线数据',
    stateTooLarge: '地图太大，不能离线使用',
    stateNoStorage: '此浏览器不允许保存离线数据',
    stateInsecure: '本页未使用 https，无法保存离线数据',
    failed: '上次下载失败，联网后自动重试。',
    lead: '没有网络时，查找、进门信息、路线、多单路线和附近的急救、换电、驿站、厕所都用手机里的数据，不含实时变化。位置不会离开手机。',
    size: (kB: string) => `占用 ${kB} kB。`,
    load: '现在更新',
    iphone:
      '苹果手机：本页没有添加到主屏幕时，7 天不打开，系统会删除离线数据。请点“分享”，再点“添加到主屏幕”，以后从主屏幕打开。',
    noWorker: '在微信等应用里，没有网络时打不开本页。请用手机自带的浏览器打开，并添加到主屏幕。',
    insecure: '本页不是通过 https 打开的，没有网络时无法打开。',
    install: '添加到主屏幕',
    newer: '页面有新版本。',
    takeOver: '立即更新',
  },
  en: {
    answer: (at: string) => `Data on this phone, updated ${at}`,
    expired: 'The data is over two weeks old; opening hours are not known.',
    again: 'Try again',
    stateReady: (at: string) => `Offline data updated ${at}`,
    stateLoading: 'Loading offline data',
    stateNone: 'No offline data yet',
    stateTooLarge: 'This map is too large for offline use',
    stateNoStorage: 'This browser doesn’t allow storing offline data',
    stateInsecure: 'Not opened over https, so there is no offline data',
    failed: 'The last download failed. It is repeated when there is a network.',
    lead:
      'Without a network, search, gates, routes, several orders and places nearby come from data on this ' +
      'phone, without live changes. Your position never leaves the phone then.',
    size: (kB: string) => `Uses ${kB} kB.`,
    load: 'Update now',
    iphone:
      'iPhone: unless this page is on the home screen, its offline data is deleted after 7 days without a visit. ' +
      'Tap Share, then Add to Home Screen, and open it from there.',
    noWorker:
      'Inside WeChat and similar apps this page does not open without a network. Open it in the phone’s browser and add it to the home screen.',
    insecure: 'This page was not opened over https, so it does not open without a network.',
    install: 'Add to home screen',
    newer: 'There is a newer version of this page.',
    takeOver: 'Update now',
  },
};
