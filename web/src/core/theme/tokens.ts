// Reads CSS tokens for code that cannot use CSS: map layers and images.

/** The value of a token such as `--level-red` for `element`. */
export function token(name: `--${string}`, element: Element = document.documentElement): string {
  return getComputedStyle(element).getPropertyValue(name).trim();
}

/** Whether the system setting asks for reduced motion. */
export function reducedMotion(): boolean {
  return matchMedia('(prefers-reduced-motion: reduce)').matches;
}
