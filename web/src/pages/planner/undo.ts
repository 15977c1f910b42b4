// Undo and redo over immutable states. Each step has a description, which the page shows on undo
// and redo.

export interface Step<State, What> {
  state: State;
  what: What;
}

export interface History<State, What> {
  past: readonly Step<State, What>[];
  present: State;
  future: readonly Step<State, What>[];
}

/** The number of steps that can be undone. Older ones are dropped. */
const MOST = 200;

export const begin = <State, What>(present: State): History<State, What> => ({ past: [], present, future: [] });

/** Adds a step to `state`; `what` describes it. Undone steps are dropped. */
export function step<State, What>(history: History<State, What>, state: State, what: What): History<State, What> {
  const past = [...history.past, { state: history.present, what }].slice(-MOST);
  return { past, present: state, future: [] };
}

/** Undoes the last step. Null if there is none. */
export function undo<State, What>(history: History<State, What>): History<State, What> | null {
  const last = history.past.at(-1);
  if (!last) return null;
  return {
    past: history.past.slice(0, -1),
    present: last.state,
    future: [{ state: history.present, what: last.what }, ...history.future],
  };
}

/** Redoes the last undone step. Null if there is none. */
export function redo<State, What>(history: History<State, What>): History<State, What> | null {
  const [next, ...future] = history.future;
  if (!next) return null;
  return { past: [...history.past, { state: history.present, what: next.what }], present: next.state, future };
}
