import { expect, test } from 'vitest';
import type { Edit, SitingRecord } from './types';
import { useDraft } from './useDraft';

const put = (id: string): Edit => ({ collection: 'pocket_parks', id, op: 'put' });
const RUN = { problem: 'mclp', job: '7' } as SitingRecord;
const said = (text: string) => ({ zh: text, en: text });

test('the run of the solver is named only for the sites that it chose', () => {
  const draft = useDraft();
  draft.change([put('a')], said('by hand'));
  draft.change([put('b')], said('adopted'), RUN);
  expect(draft.siting.value).toBe(RUN);
  // A changed gate does not change the sites.
  const gate: Edit = { collection: 'entrances', id: 'g', op: 'patch', properties: { foot: 'no' } };
  draft.change([put('b'), gate], said('gate'));
  expect(draft.siting.value).toBe(RUN);
  draft.change([gate], said('removed'), null);
  expect(draft.siting.value).toBeNull();

  draft.undo();
  expect(draft.siting.value).toBe(RUN);
  draft.undo();
  draft.undo();
  expect([draft.edits.value.map(({ id }) => id), draft.siting.value]).toEqual([['a'], null]);
  draft.redo();
  expect([draft.edits.value.map(({ id }) => id), draft.siting.value]).toEqual([['b'], RUN]);
});

test('marks of candidates are undone like edits', () => {
  const draft = useDraft();
  const mark = {
    id: 'a',
    name: 'a',
    position: [117.1, 39.2] as [number, number],
    kind: 'required' as const,
    of: 'points',
  };
  draft.change([put('a')], said('by hand'), RUN);
  draft.mark([mark], said('required'));
  expect([draft.marks.value, draft.edits.value.length, draft.siting.value]).toEqual([[mark], 1, RUN]);
  expect(draft.undo()?.en).toBe('required');
  expect(draft.marks.value).toEqual([]);
  draft.redo();
  expect(draft.marks.value).toEqual([mark]);
});
