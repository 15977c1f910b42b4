// The symbol of each kind of leg.
import type { SymbolName } from '@/core/symbols/symbols';

const pictures: Record<string, SymbolName> = {
  ride: 'ebike',
  push: 'dismount',
  park: 'parking',
  walk: 'walk',
  lift: 'lift',
  wait: 'wait',
};

export const legSymbol = (mode: string): SymbolName => pictures[mode] ?? 'route';
