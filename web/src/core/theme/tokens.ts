// Reads the CSS tokens for what CSS can't reach: the map's canvas and the images drawn for it.

/** The value of a token such as `--level-red`, as it stands for `element`. */
export function token(name: `--${string}`, element: Element = document.documentElement): string {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

/** Whether the person asked the system for less motion. */
export function reducedMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
