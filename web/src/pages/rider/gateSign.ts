// The sign of a gate on the map of a way that leads through it.
import type { Position } from 'geojson';
import type { Admits, Entrance } from './types';

export interface GateSign {
  name: string;
  at: Position;
  admits: Admits;
}

/** A way through a gate that does not admit the vehicle passes it on foot. */
export const gateSign = ({ id, name, position, admits, on_foot: onFoot }: Entrance): GateSign => ({
  name: name ?? id,
  at: position,
  admits: admits === 'no' ? (onFoot ?? admits) : admits,
});
