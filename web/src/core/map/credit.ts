// Whose data a map shows: what the sources of its style say of themselves, each once.
import type { StyleSpecification } from 'maplibre-gl';

export function creditOf(style: StyleSpecification | undefined): string {
  const said = Object.values(style?.sources ?? {}).map((source) =>
    'attribution' in source ? source.attribution : undefined,
  );
  return [...new Set(said)].filter(Boolean).join(' · ');
}
