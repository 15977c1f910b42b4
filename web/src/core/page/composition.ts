// Keys that belong to an input method (IME). While a person composes Chinese from pinyin, Enter, the arrow keys and
// Escape act on the list of the input method; no page may act on them too.

/**
 * Whether a key belongs to an input method. Safari ends the composition before it sends the key that ended it, and marks
 * the key by the code 229 only.
 */
export const isComposing = (event: Pick<KeyboardEvent, 'isComposing' | 'keyCode'>): boolean =>
  event.isComposing || event.keyCode === 229;

/** Keeps keys of an input method from every page and every part of a page, such as the boxes of the library. */
export function guardComposition(target: Pick<EventTarget, 'addEventListener'> = window): void {
  target.addEventListener(
    'keydown',
    (event) => {
      if (!isComposing(event as KeyboardEvent)) return;
      event.stopImmediatePropagation();
      // A form is sent by the default action of Enter.
      if ((event as KeyboardEvent).key === 'Enter') event.preventDefault();
    },
    { capture: true },
  );
}
