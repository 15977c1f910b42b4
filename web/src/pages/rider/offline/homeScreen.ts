// Whether the page was opened from the home screen, and whether the phone deletes the data of other pages.

/** All browsers of iPhones and iPads follow the same rule. An iPad presents itself as a Mac with a touch screen. */
export const isIphone = ({ userAgent, maxTouchPoints } = navigator): boolean =>
  /iPhone|iPad|iPod/.test(userAgent) || (userAgent.includes('Macintosh') && maxTouchPoints > 1);

export const isOnHomeScreen = (): boolean =>
  matchMedia('(display-mode: standalone)').matches ||
  (navigator as Navigator & { standalone?: boolean }).standalone === true;
