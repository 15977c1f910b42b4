// The gates that routes on this phone avoid because they have just turned the rider away. They are kept only in the
// memory of the page: for everybody, a gate is closed by confirmed reports.
import { shallowRef } from 'vue';

export interface AvoidedGate {
  id: string;
  name: string;
}

/** The most gates: the server accepts no more. If there are more, the oldest are dropped. */
const MOST = 16;

export const avoided = shallowRef<readonly AvoidedGate[]>([]);

export function avoid(gate: AvoidedGate): void {
  avoided.value = [...avoided.value.filter(({ id }) => id !== gate.id), gate].slice(-MOST);
}

export function avoidNone(): void {
  if (avoided.value.length > 0) avoided.value = [];
}
