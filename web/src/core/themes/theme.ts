// What pages show of a thematic map: values as texts, the classes of the legend, the areas in their order. Pure
// functions.
import type { ThemeArea, ThemeMap } from './client';
import { ramp, type Ground } from './ramp';
import type { ThemeWords } from './words';

/** A value with the decimals of its theme. */
export const valueText = (value: number, { decimals }: Pick<ThemeMap, 'decimals'>): string =>
  value.toLocaleString('en-US', { minimumFractionDigits: 0, maximumFractionDigits: decimals });

export interface LegendRow {
  /** The index of the class; null for areas without data. */
  class: number | null;
  color: string | null;
  text: string;
  /** The number of areas. */
  n: number;
}

/** The rows of the legend: the class that needs most attention first, and the areas without data last. */
export function legendOf(map: ThemeMap, ground: Ground, w: ThemeWords): LegendRow[] {
  const colors = ramp(map.hue, map.classes.length, map.more, ground);
  const rows = map.classes.map(({ from, to, n }, i): LegendRow => {
    const [low, high] = [from, to].map((v) => (typeof v === 'number' ? valueText(v, map) : null));
    const text =
      typeof low !== 'string' ? w.below(high ?? '') : typeof high !== 'string' ? w.from(low) : w.range(low, high);
    return { class: i, color: colors[i] ?? null, text, n };
  });
  if (map.more === 'worse') rows.reverse();
  const none = map.areas.filter((area) => (area.class ?? null) === null).length;
  return none > 0 ? [...rows, { class: null, color: null, text: w.noData, n: none }] : rows;
}

/** The areas with a value, those that need most attention first. Areas with equal values are in the order of ids. */
export function ranked(map: ThemeMap): (ThemeArea & { value: number })[] {
  const known = map.areas.filter((area): area is ThemeArea & { value: number } => typeof area.value === 'number');
  const sign = map.more === 'worse' ? -1 : 1;
  return known.toSorted((a, b) => sign * (a.value - b.value) || a.id.localeCompare(b.id));
}

/** The theme after this one; the first after the last; '' if there is none. */
export function themeAfter(ids: readonly string[], id: string): string {
  return ids[(ids.indexOf(id) + 1) % Math.max(1, ids.length)] ?? '';
}
