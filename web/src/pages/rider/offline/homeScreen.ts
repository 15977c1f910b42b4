// Whether the page was opened from the home screen, and whether the phone deletes the data of other pages.

/**
 * Whether this is an iPhone or iPad, where every browser deletes the data of pages that are not on the home screen.
 * An iPad presents itself as a Mac with a touch screen.
 */
export const isIphone = ({ userAgent, maxTouchPoints } = navigator): boolean =>
  /iPhone|iPad|iPod/.test(userAgent) || (userAgent.includes('Macintosh') && maxTouchPoints > 1);

export const isOnHomeScreen = (): boolean =>
  matchMedia('(display-mode: standalone)').matches ||
  (navigator as Navigator & { standalone?: boolean }).standalone === true;
