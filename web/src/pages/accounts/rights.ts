// The rights in a form, and a check whether they are complete.
export interface Rights {
  roles: string[];
  unit: string;
  communities: string[];
}

export const ALL_ROLES = ['rider', 'unit', 'grid_worker', 'officer', 'planner', 'steward', 'admin'];
/** The roles that an officer may give. */
export const OFFICERS_ROLES = ['rider', 'unit', 'grid_worker'];

/**
 * Whether the form offers a unit for these roles. An account with the role unit must have one; the server accepts one
 * for officers and admins too, and for no other role.
 */
export const takesUnit = (roles: string[]): boolean => roles.some((r) => ['unit', 'officer', 'admin'].includes(r));

/** What is missing; null if the rights are complete. */
export function missing(rights: Rights): 'role' | 'unit' | null {
  if (rights.roles.length === 0) return 'role';
  if (rights.roles.includes('unit') && rights.unit === '') return 'unit';
  return null;
}

/** Converts the value of a datetime-local field, in China's time, for the API. */
export const moment = (field: string): string => `${field}:00+08:00`;

/** Converts a moment of the API to the value of a datetime-local field, in China's time. */
export const fieldOf = (at: string | undefined): string =>
  at ? new Date(Date.parse(at) + 8 * 3_600_000).toISOString().slice(0, 16) : '';

/**
 * How an account signs in. An account created with an invite and without a password has neither a password nor
 * a token; only the device on which the invite was accepted is signed in.
 */
export function signsInBy(account: {
  has_password: boolean;
  has_token: boolean;
}): 'byBoth' | 'byPassword' | 'byToken' | 'byNothing' {
  if (account.has_password) return account.has_token ? 'byBoth' : 'byPassword';
  return account.has_token ? 'byToken' : 'byNothing';
}
