// The sign of a gate on the map of a route that leads through it.
import type { Position } from 'geojson';
import type { Admits, Entrance } from './types';

export interface GateSign {
  name: string;
  at: Position;
  admits: Admits;
}

/**
 * If a gate does not admit the vehicle, the route passes it on foot, so its sign shows whether it admits people on
 * foot.
 */
export const gateSign = ({ id, name, position, admits, on_foot: onFoot }: Entrance): GateSign => ({
  name: name ?? id,
  at: position,
  admits: admits === 'no' ? (onFoot ?? admits) : admits,
});
