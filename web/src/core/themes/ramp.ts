// The colours of a theme: one hue, and an ordered ramp of lightness that carries the meaning. Computed in OKLCH
// (Björn Ottosson, 2020), so that equal steps look equal. Prints in grey and colour-blind eyes see the same order.

/** The ground that the areas are drawn on: the strongest colour is the one that differs most from it. */
export type Ground = 'dark' | 'light';

export type Rgb = [number, number, number];

/** The lightness of the weakest and of the strongest class, 0 to 1. */
const LIGHTNESS: Record<Ground, [number, number]> = { dark: [0.36, 0.9], light: [0.93, 0.42] };
/** The most chroma of a class. It is reduced where the screen has no such colour. */
const CHROMA = 0.15;

/** The linear red, green and blue of an OKLCH colour. Values outside 0 to 1 can't be shown. */
function linear(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s,
    -1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s,
    -0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s,
  ];
}

const isShown = (rgb: Rgb): boolean => rgb.every((part) => part >= -1e-4 && part <= 1 + 1e-4);
const encoded = (part: number): number => {
  const value = Math.min(1, Math.max(0, part));
  return value <= 0.0031308 ? 12.92 * value : 1.055 * value ** (1 / 2.4) - 0.055;
};

/** An OKLCH colour as `#rrggbb`, with as much of the chroma as a screen can show. */
export function oklch(lightness: number, chroma: number, hue: number): string {
  let [least, most] = [0, chroma];
  if (!isShown(linear(lightness, most, hue))) {
    for (let i = 0; i < 20; i += 1) {
      const middle = (least + most) / 2;
      if (isShown(linear(lightness, middle, hue))) least = middle;
      else most = middle;
    }
    most = least;
  }
  const parts = linear(lightness, most, hue).map((part) => Math.round(encoded(part) * 255));
  return `#${parts.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}

/**
 * The colours of the classes, the lowest values first. The strongest colour marks what needs attention: the highest
 * values if more is worse, otherwise the lowest.
 */
export function ramp(hue: number, classes: number, more: 'worse' | 'better', ground: Ground): string[] {
  const [weak, strong] = LIGHTNESS[ground];
  const colors = Array.from({ length: classes }, (_, i) => {
    const at = classes === 1 ? 1 : i / (classes - 1);
    // Very light and very dark colours have little chroma, so the middle has the most.
    return oklch(weak + (strong - weak) * at, CHROMA * (0.55 + 0.45 * Math.sin(Math.PI * at)), hue);
  });
  return more === 'worse' ? colors : colors.toReversed();
}

/** The colour by which a theme is recognised in a list. */
export const sign = (hue: number, ground: Ground): string => oklch(ground === 'dark' ? 0.74 : 0.56, 0.15, hue);
