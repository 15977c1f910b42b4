// Which unit a case is dispatched to: the suggested ones, and whether a choice passes over the responsible unit.
import type { UnitSuggestion } from '@/core/ledger/types';

/** Whether the list of responsibilities names a unit here and the chosen one is another. Then a reason is needed. */
export const passesOver = (units: readonly UnitSuggestion[], chosen: string): boolean =>
  chosen !== '' && units.some((u) => u.responsible) && !units.some((u) => u.responsible && u.id === chosen);
