// The keyboard of the wall screen: single keys, which are ignored while somebody types or if a control uses the
// key itself.

/** The function of each key, by the name of the key. */
export type WallKeys = Record<string, () => void>;

/** The name of a key: letters by the key itself, independent of input methods. */
export function keyOf(event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  if (event.ctrlKey || event.metaKey || event.altKey) return '';
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  // On many keyboards, a question mark needs Shift.
  if (event.key === '?') return '?';
  return letter?.toLowerCase() ?? digit ?? event.key;
}

/** Whether the focused element uses this key itself. */
export function isTaken(name: string, target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('textarea, select, input:not([type=range], [type=checkbox], [type=radio])')) return true;
  if (name.startsWith('Arrow')) return target.closest('input, [role="slider"], [role="listbox"]') !== null;
  return (name === ' ' || name === 'Enter') && target.closest('button, a, input, summary') !== null;
}
