// The rights that a form collects, and what is missing of them.
export interface Rights {
  roles: string[];
  unit: string;
  communities: string[];
}

export const ALL_ROLES = ['rider', 'unit', 'grid_worker', 'officer', 'planner', 'steward', 'admin'];
/** The roles that an officer may give. */
export const OFFICERS_ROLES = ['rider', 'unit', 'grid_worker'];

/** Whether a unit is to be named: roles from the officer on may have one, the role unit must. */
export const takesUnit = (roles: string[]): boolean =>
  roles.some((r) => ['unit', 'officer', 'planner', 'steward', 'admin'].includes(r));

/** What is missing; nothing where the rights can be sent. */
export function missing(rights: Rights): 'role' | 'unit' | null {
  if (rights.roles.length === 0) return 'role';
  if (rights.roles.includes('unit') && rights.unit === '') return 'unit';
  return null;
}

/** A local moment of a field, in China's time, as the interface takes it. */
export const moment = (field: string): string => `${field}:00+08:00`;

/** A moment of the interface as a field shows it, in China's time. */
export const fieldOf = (at: string | undefined): string =>
  at ? new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 16) : '';

/** How an account signs in. Who came by an invite without a password has neither: only the device of that day. */
export function signsInBy(account: {
  has_password: boolean;
  has_token: boolean;
}): 'byBoth' | 'byPassword' | 'byToken' | 'byNothing' {
  if (account.has_password) return account.has_token ? 'byBoth' : 'byPassword';
  return account.has_token ? 'byToken' : 'byNothing';
}
