import { expect, test } from 'vitest';
import { oklch, ramp, type Ground } from './ramp';

type Rgb = [number, number, number];

const linear = (hex: string): Rgb =>
  [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as Rgb;
const luminance = ([r, g, b]: Rgb): number => 0.2126 * r + 0.7152 * g + 0.0722 * b;
/** CIE lightness, 0 to 100: how light a colour is in a print in grey. */
const grey = (rgb: Rgb): number => {
  const y = luminance(rgb);
  return y > 0.008856 ? 116 * Math.cbrt(y) - 16 : 903.3 * y;
};
/** How a person with protanopia sees a colour (Machado, Oliveira, Fernandes 2009, severity 1). */
const protanopia = ([r, g, b]: Rgb): Rgb => [
  0.152286 * r + 1.052583 * g - 0.204868 * b,
  0.114503 * r + 0.786281 * g + 0.099216 * b,
  -0.003882 * r - 0.048116 * g + 1.051998 * b,
];

const HUES = Array.from({ length: 72 }, (_, i) => i * 5);
const GROUNDS: Ground[] = ['dark', 'light'];

test('known colours', () => {
  expect(oklch(1, 0, 0)).toBe('#ffffff');
  expect(oklch(0, 0, 0)).toBe('#000000');
  // The red of sRGB is oklch(0.628 0.2577 29.23).
  expect(oklch(0.62796, 0.25768, 29.234)).toMatch(/^#f[ef]0[0-3]0[0-3]$/);
});

test.each(GROUNDS)('on a %s ground, lightness is ordered and classes differ, in grey and with protanopia', (ground) => {
  for (const hue of HUES)
    for (const classes of [2, 3, 4, 5])
      for (const seen of [(rgb: Rgb): Rgb => rgb, protanopia]) {
        const steps = ramp(hue, classes, 'worse', ground).map((hex) => grey(seen(linear(hex))));
        for (const [i, step] of steps.entries()) {
          const next = steps[i + 1];
          if (next === undefined) continue;
          const change = ground === 'dark' ? next - step : step - next;
          expect(change, `hue ${hue}, ${classes} classes: ${steps.map(Math.round).join(' ')}`).toBeGreaterThan(8);
        }
      }
});

test('the strongest colour marks what needs attention', () => {
  const worse = ramp(25, 5, 'worse', 'light');
  expect(ramp(25, 5, 'better', 'light')).toEqual(worse.toReversed());
  const darkest = Math.min(...worse.map((hex) => grey(linear(hex))));
  expect(grey(linear(worse[4] ?? ''))).toBe(darkest);
  expect(ramp(25, 1, 'worse', 'dark')).toHaveLength(1);
});
