// The attribution of a map: the texts of its style's sources, without repetition.
import type { StyleSpecification } from 'maplibre-gl';

export function creditOf(style: StyleSpecification | undefined): string {
  const said = Object.values(style?.sources ?? {}).map((source) =>
    'attribution' in source ? source.attribution : undefined,
  );
  return [...new Set(said)].filter(Boolean).join(' · ');
}
