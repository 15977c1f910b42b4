// The wall's keyboard: single keys, none of them while somebody types or a control has its own use for it.

/** What the keys do, in the order in which they are listed. */
export type WallKeys = Record<string, () => void>;

/** The key's name: letters by what stands on them, whatever an input method makes of it. */
export function keyOf(event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey'>): string {
  if (event.ctrlKey || event.metaKey || event.altKey) return '';
  const letter = /^Key([A-Z])$/.exec(event.code)?.[1];
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  // A question mark is typed with the shift of its own keyboard.
  if (event.key === '?') return '?';
  return letter?.toLowerCase() ?? digit ?? event.key;
}

/** Whether the focused element answers to this key itself. */
export function isTaken(name: string, target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  if (target.closest('textarea, select, input:not([type=range], [type=checkbox], [type=radio])')) return true;
  if (name.startsWith('Arrow')) return target.closest('input, [role="slider"], [role="listbox"]') !== null;
  return (name === ' ' || name === 'Enter') && target.closest('button, a, input, summary') !== null;
}
