// Converts moments to the values of date fields, always in China's time, whatever the time zone of the machine.

const OFFSET = 8 * 3_600_000;

/** `2026-11-22T18:00`, for a field of type datetime-local. */
export const fieldOf = (at: Date): string => new Date(at.getTime() + OFFSET).toISOString().slice(0, 16);

/** `2026-11-22`, for a field of type date. */
export const dayOf = (at: Date): string => fieldOf(at).slice(0, 10);

/** `2026-11`, for a field of type month. */
export const monthOf = (at: Date): string => fieldOf(at).slice(0, 7);
