import { expect, test } from 'vitest';
import type { Entry } from '@/core/offline/uploadQueue';
import type { Case, CaseProperties, Step } from '@/core/ledger/types';
import { dutyOf, mayNote, outcomeOf, phoneIn, sorted, standing, stepsFor, tasksOf, todoOf, type Worker } from './tasks';

const make = (id: string, properties: Partial<CaseProperties>, at: [number, number] = [117.13, 39.22]): Case => ({
  type: 'Feature',
  id,
  geometry: { type: 'Point', coordinates: at },
  properties: { category: 'corridor_clutter', status: 'dispatched', unit: 'unit-022', community: 'c-1', ...properties },
  seq: 1,
  updated_at: '2026-11-22T06:00:00Z',
});
const entry = (case_: string, action: Entry['action'], over: Partial<Entry> = {}): Entry => ({
  id: `0-${action}`,
  key: 'k',
  account: 'li',
  case: case_,
  action,
  body: {},
  photos: [],
  made_at: '',
  state: 'waiting',
  ...over,
});
const unit: Worker = { account: 'li', role: 'unit', unit: 'unit-022' };
const worker: Worker = { account: 'wang', role: 'grid_worker', communities: ['c-1'] };
const now = Date.parse('2026-11-22T06:00:00Z');
const scene = (cases: Case[], entries: Entry[] = [], me = unit) => ({ cases, entries, me, here: [117.13, 39.22], now });

test('a unit handles its own cases, a grid worker verifies those of its communities', () => {
  const duties = (status: CaseProperties['status'], over = {}): unknown[] =>
    [unit, worker].map((me) => dutyOf(make('w', { status, ...over }), me));
  expect(duties('dispatched')).toEqual(['handle', null]);
  expect(duties('handling')).toEqual(['handle', null]);
  expect(duties('handled')).toEqual(['waiting', 'verify']);
  expect(duties('handled', { community: 'c-2' })).toEqual(['waiting', null]);
  expect(duties('closed')).toEqual([null, null]);
});

test('the account that handled a case cannot verify it', () => {
  const both: Worker = { ...worker, unit: 'unit-022' };
  expect(dutyOf(make('w', { status: 'handled' }), both)).toBe('waiting');
  expect(
    dutyOf(
      make('w', {
        status: 'handled',
        unit: 'unit-001',
        step: { n: 4, action: 'handle', role: 'unit', at: '', account: 'wang' },
      }),
      worker,
    ),
  ).toBe('waiting');
});

test('a case is shown with its unsent steps applied', () => {
  const [task] = tasksOf(scene([make('w', {})], [entry('w', 'start')]));
  expect([task?.case.properties.status, task?.duty, task && stepsFor(task, unit, undefined)]).toEqual([
    'handling',
    'waiting',
    ['return', 'handle'],
  ]);
  const [done] = tasksOf(scene([make('w', {})], [entry('w', 'start', { id: '0' }), entry('w', 'handle', { id: '1' })]));
  expect([done?.case.properties.status, done && stepsFor(done, unit, undefined)]).toEqual(['handled', []]);
});

test('a case with a refused step stays in the list, without the steps after it', () => {
  const refused = entry('w', 'start', { id: '0', state: 'refused', refusal: { status: 409, detail: '', allowed: [] } });
  const [task] = tasksOf(scene([make('w', { status: 'parked' })], [refused, entry('w', 'handle', { id: '1' })]));
  expect([task?.case.properties.status, task?.refused?.action, task && stepsFor(task, unit, undefined)]).toEqual([
    'parked',
    'start',
    [],
  ]);
});

test('tasks are sorted by time or distance, with refused steps first', () => {
  const cases = [
    make('far-soon', { due_at: '2026-11-22T07:00:00Z' }, [117.2, 39.22]),
    make('near-later', { due_at: '2026-11-23T07:00:00Z' }),
    make('overdue', { due_at: '2026-11-22T05:00:00Z' }, [117.15, 39.22]),
  ];
  const ids = (order: 'due' | 'near', entries: Entry[] = []): string[] =>
    sorted(tasksOf(scene(cases, entries)), order).map((t) => t.case.id);
  expect(ids('due')).toEqual(['overdue', 'far-soon', 'near-later']);
  expect(ids('near')).toEqual(['near-later', 'overdue', 'far-soon']);
  expect(ids('near', [entry('far-soon', 'start', { state: 'refused' })])[0]).toBe('far-soon');
});

test('actions that the server does not allow are not offered', () => {
  const [task] = tasksOf(scene([make('w', {})]));
  expect(task && stepsFor(task, unit, undefined)).toEqual(['return', 'start']);
  expect(task && stepsFor(task, unit, ['start'])).toEqual(['start']);
});

test('tasks that wait for others or have a refused step are not to do', () => {
  const cases = [make('a', {}), make('b', { status: 'handled' }), make('c', {})];
  const tasks = tasksOf(scene(cases, [entry('c', 'start', { state: 'refused' })]));
  expect(todoOf(tasks).map((t) => t.case.id)).toEqual(['a']);
});

test('what a step means for its case is known, except for a start', () => {
  const outcomes = [
    { action: 'verify', body: { result: 'pass' } },
    { action: 'verify', body: { result: 'fail' } },
    { action: 'return', body: {} },
    { action: 'start', body: {} },
  ] as const;
  expect(outcomes.map(outcomeOf)).toEqual(['pass', 'fail', 'return', null]);
});

test('a contact is called by its telephone number', () => {
  expect(['李女士 138 0000 1234（微信同号）', '022-0000-0456 转 2', '微信 abc', ''].map(phoneIn)).toEqual([
    '13800001234',
    '02200000456',
    '',
    '',
  ]);
});

test('a waiting note leaves the task as it is, and a refused one is decided first', () => {
  const [task] = tasksOf(scene([make('w', {})], [entry('w', 'note')]));
  expect(task && [task.duty, stepsFor(task, unit, undefined), mayNote(task, undefined)]).toEqual([
    'handle',
    ['return', 'start'],
    true,
  ]);
  expect(task && mayNote(task, ['start'])).toBe(false);
  const [refused] = tasksOf(scene([make('w', {})], [entry('w', 'note', { state: 'refused' })]));
  expect(refused && mayNote(refused, ['note'])).toBe(false);
});

test('a supervised task is sorted by the earlier of its due times', () => {
  const cases = [
    make('later', { due_at: '2026-11-23T00:00:00Z' }),
    make('supervised', { due_at: '2026-11-25T00:00:00Z', supervise_due_at: '2026-11-22T12:00:00Z' }),
  ];
  expect(sorted(tasksOf(scene(cases)), 'due').map((t) => t.case.id)).toEqual(['supervised', 'later']);
});

test('what an officer wrote is shown while it stands', () => {
  const said = (action: 'urge' | 'supervise', note: string): Step => ({ n: 2, action, role: 'officer', at: '', note });
  const steps = [said('urge', '先前'), said('urge', '请尽快'), said('supervise', '务必')];
  const c = (over: Partial<CaseProperties>): Case => make('w', { supervise_due_at: '2026-11-23T00:00:00Z', ...over });
  const told = standing(c({ urged_at: '2026-11-22T00:00:00Z' }), steps);
  expect([told.urge?.note, told.supervise?.note]).toEqual(['请尽快', '务必']);
  expect(standing(c({ status: 'verified' }), steps)).toEqual({ urge: undefined, supervise: undefined });
});
