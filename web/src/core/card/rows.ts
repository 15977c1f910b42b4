// What the card shows in its rows, worked out from the answer of the server.
import type { Card } from './useCard';

export type Duty = Card['duties'][number];

/** The duties for one scope, in the order of the chain. */
export interface Link {
  scope: string;
  name: string;
  kind: string;
  duties: Duty[];
}

/** The chain from the street down: one link for each scope, in the order of the answer. */
export function chainOf(duties: readonly Duty[]): Link[] {
  const links = new Map<string, Link>();
  for (const duty of duties) {
    const link = links.get(duty.scope) ?? {
      scope: duty.scope,
      name: duty.scope_name,
      kind: duty.scope_kind,
      duties: [],
    };
    link.duties.push(duty);
    links.set(duty.scope, link);
  }
  return [...links.values()];
}

/** Whether names are left out because of the role of the caller. */
export const namesAreHidden = (duties: readonly Duty[]): boolean =>
  duties.length > 0 && duties.every((d) => d.name === undefined);

export interface FigureRow {
  name: 'reported' | 'perHouseholds' | 'closed' | 'onTime' | 'rating' | 'hours';
  here: string | null;
  street: string | null;
}

const tenth = (n: number | null | undefined): string | null => (typeof n === 'number' ? n.toFixed(1) : null);
/** A share from 0 to 1 in per cent. */
export const percent = (n: number | null | undefined): string | null =>
  typeof n === 'number' ? `${(n * 100).toFixed(1)}%` : null;

/** The figures beside those of the street. Counts of a street are no measure for a grid, so only rates are compared. */
export function figureRows({ figures: here, street_figures: street }: Card): FigureRow[] {
  return [
    { name: 'reported', here: String(here.reported), street: null },
    {
      name: 'perHouseholds',
      here: tenth(here.reported_per_100_households),
      street: tenth(street?.reported_per_100_households),
    },
    { name: 'closed', here: String(here.closed), street: null },
    { name: 'onTime', here: percent(here.on_time_share), street: percent(street?.on_time_share) },
    { name: 'rating', here: tenth(here.rating_mean), street: tenth(street?.rating_mean) },
    { name: 'hours', here: tenth(here.hours_to_close_mean), street: tenth(street?.hours_to_close_mean) },
  ];
}
