// Undo and redo over immutable states. Each step says what it did, so that undoing can say it too.

export interface Step<State, What> {
  state: State;
  what: What;
}

export interface History<State, What> {
  past: readonly Step<State, What>[];
  present: State;
  future: readonly Step<State, What>[];
}

/** The most steps that are kept. */
const MOST = 200;

export const begin = <State, What>(present: State): History<State, What> => ({ past: [], present, future: [] });

/** Goes on to `state`; `what` says how it differs from the present. Steps that were undone are gone. */
export function step<State, What>(history: History<State, What>, state: State, what: What): History<State, What> {
  const past = [...history.past, { state: history.present, what }].slice(-MOST);
  return { past, present: state, future: [] };
}

/** Takes the last step back. Null if there is none. */
export function undo<State, What>(history: History<State, What>): History<State, What> | null {
  const last = history.past.at(-1);
  if (!last) return null;
  return {
    past: history.past.slice(0, -1),
    present: last.state,
    future: [{ state: history.present, what: last.what }, ...history.future],
  };
}

/** Takes the last undone step again. Null if there is none. */
export function redo<State, What>(history: History<State, What>): History<State, What> | null {
  const [next, ...future] = history.future;
  if (!next) return null;
  return { past: [...history.past, { state: history.present, what: next.what }], present: next.state, future };
}
