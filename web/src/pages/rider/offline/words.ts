// The texts about use without a network, in both languages.
export const words = {
  zh: {
    title: '离线使用',
    lead: '本页打开过一次后，没有网络也能打开。',
    iphone:
      '苹果手机：本页没有添加到主屏幕时，7 天不打开，系统会删除离线页面和数据。请点“分享”，再点“添加到主屏幕”，以后从主屏幕打开。',
    noWorker: '在微信等应用里，没有网络时打不开本页。请用手机自带的浏览器打开，并添加到主屏幕。',
    insecure: '本页没有用 https 打开，没有网络时打不开。',
    install: '添加到主屏幕',
    newer: '页面有新版本。',
    takeOver: '立即更新',
  },
  en: {
    title: 'Use without a network',
    lead: 'After one visit, this page opens without a network too.',
    iphone:
      'iPhone: unless this page is on the home screen, the page and its offline data are deleted after 7 days without a visit. Tap Share, then Add to Home Screen, and open it from there.',
    noWorker:
      'Inside WeChat and similar apps this page does not open without a network. Open it in the phone’s browser and add it to the home screen.',
    insecure: 'This page was not opened over https, so it does not open without a network.',
    install: 'Add to home screen',
    newer: 'There is a newer version of this page.',
    takeOver: 'Update now',
  },
};
