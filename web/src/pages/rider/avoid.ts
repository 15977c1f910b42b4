// The gates that routes on this phone avoid because they did not let the rider in. They are stored
// only in the memory of the page. Routes of other people avoid a gate only after confirmed reports.
import { shallowRef } from 'vue';

export interface AvoidedGate {
  id: string;
  name: string;
}

/** The largest number of avoided gates that the server accepts. The oldest ones are dropped. */
const MOST = 16;

export const avoided = shallowRef<readonly AvoidedGate[]>([]);

export function avoid(gate: AvoidedGate): void {
  avoided.value = [...avoided.value.filter(({ id }) => id !== gate.id), gate].slice(-MOST);
}

export function avoidNone(): void {
  if (avoided.value.length > 0) avoided.value = [];
}
