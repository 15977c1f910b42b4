// The keyboard of pages on desktop computers. Bindings are layered: the layer of a modal dialog
// hides that of the page. While somebody types, only Escape and keys with Ctrl work. Single keys
// can be switched off, for people who use speech input (WCAG 2.1.4).
import { onScopeDispose, ref } from 'vue';

/**
 * Bindings by key name: `j`, `Shift+E`, `Ctrl+Enter`, `Escape`, `?`. Letters are named by the key, other
 * characters by what is typed.
 */
export type Bindings = Record<string, (event: KeyboardEvent) => boolean | void>;

interface Layer {
  bindings: Bindings;
  modal: boolean;
}

const layers: Layer[] = [];
const KEY = 'onemap.desk.keys';

function remembered(): boolean {
  try {
    return localStorage.getItem(KEY) !== 'off';
  } catch {
    return true;
  }
}

/** Whether single keys are active. */
export const singleKeys = ref(typeof localStorage === 'undefined' ? true : remembered());

export function setSingleKeys(on: boolean): void {
  singleKeys.value = on;
  try {
    localStorage.setItem(KEY, on ? 'on' : 'off');
  } catch {
    // Without storage, the setting is valid for this visit only.
  }
}

/** The name of the pressed key; empty for a modifier alone. */
export function nameOf(
  event: Pick<KeyboardEvent, 'key' | 'code' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
): string {
  const { key, code } = event;
  if (['Shift', 'Control', 'Alt', 'Meta', 'Process', 'Dead'].includes(key) || event.altKey) return '';
  // The letter on the key, independent of input methods and Caps Lock.
  const letter = /^Key([A-Z])$/.exec(code)?.[1]?.toLowerCase() ?? (/^[a-z]$/i.test(key) ? key.toLowerCase() : null);
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(code)?.[1];
  const name = letter ? (event.shiftKey ? letter.toUpperCase() : letter) : digit && !event.shiftKey ? digit : key;
  const shift = event.shiftKey && (letter || name.length > 1) ? 'Shift+' : '';
  return `${event.ctrlKey || event.metaKey ? 'Ctrl+' : ''}${shift}${name}`;
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLTextAreaElement ||
  target instanceof HTMLSelectElement ||
  (target instanceof HTMLInputElement && !['checkbox', 'radio', 'button', 'file'].includes(target.type));

/** Whether the focused element uses the key itself. */
function isItsOwn(name: string, target: EventTarget | null): boolean {
  if (!(target instanceof Element)) return false;
  if ((name === 'Enter' || name === ' ') && target.closest('button, a, summary, input')) return true;
  return name.startsWith('Arrow') && target.closest('canvas, input, [role="listbox"], [role="tablist"]') !== null;
}

function pressed(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing) return;
  const name = nameOf(event);
  if (name === '') return;
  const strong = name.startsWith('Ctrl+') || name === 'Escape';
  if (!strong && (isTyping(event.target) || isItsOwn(name, event.target))) return;
  if (!strong && !singleKeys.value && name.length === 1) return;
  for (const layer of layers.toReversed()) {
    const act = layer.bindings[name];
    if (act && act(event) !== false) {
      event.preventDefault();
      return;
    }
    if (layer.modal) return;
  }
}

/** Adds a layer of bindings while the scope exists. A binding that returns false passes the key on. */
export function useKeys(bindings: Bindings, { modal = false } = {}): void {
  const layer: Layer = { bindings, modal };
  if (layers.length === 0) addEventListener('keydown', pressed);
  layers.push(layer);
  onScopeDispose(() => {
    layers.splice(layers.indexOf(layer), 1);
    if (layers.length === 0) removeEventListener('keydown', pressed);
  });
}
