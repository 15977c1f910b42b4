import { expect, test } from 'vitest';
import type { Row, Schema } from './client';
import { draftOf, filtered, hasEnded, lacking, propertiesOf, wordOf } from './rows';

const schema: Schema = {
  required: ['duty', 'scope'],
  properties: {
    duty: { 'x-onemap-values': { grid_leader: { zh: '网格长', en: 'grid leader' } } },
    progress: { type: 'integer' },
    scope: {},
  },
};

test('an empty field removes its property, numbers are numbers, and what the form does not know stays', () => {
  const before = { duty: 'grid_leader', scope: 'g', phone: '1', progress: 3, own: { kept: true } };
  const draft = draftOf(['duty', 'scope', 'phone', 'progress', 'milestones'], before);
  expect(draft).toEqual({ duty: 'grid_leader', scope: 'g', phone: '1', progress: '3' });
  const sent = propertiesOf(schema, { ...draft, phone: ' ', progress: '60' }, null, before);
  expect(sent).toEqual({ duty: 'grid_leader', scope: 'g', progress: 60, own: { kept: true } });
});

test('milestones without a name are left out, and without any the property goes', () => {
  const before = { milestones: [{ name: '招标' }] };
  const rows = [
    { name: ' 招标 ', due_on: '2026-04-30', done_on: '' },
    { name: ' ', due_on: '2026-05-01' },
  ];
  const photos = { photos_before: [], photos_after: [] };
  expect(propertiesOf(schema, {}, { milestones: rows, photos }, before)).toEqual({
    milestones: [{ name: '招标', due_on: '2026-04-30' }],
  });
  expect(propertiesOf(schema, {}, { milestones: [], photos }, before)).toEqual({});
  const shown = { photos_before: ['a'], photos_after: [] };
  expect(propertiesOf(schema, {}, { milestones: [], photos: shown }, { photos_after: ['b'] })).toEqual({
    photos_before: ['a'],
  });
  expect(propertiesOf(schema, {}, null, before)).toEqual(before);
});

test('required fields that are empty are named', () => {
  expect(lacking(schema, { duty: 'grid_leader', scope: ' ' })).toEqual(['scope']);
  expect(lacking(schema, { duty: 'x', scope: 'y' })).toEqual([]);
});

test('values are shown in words, and rows are found by what is shown', () => {
  const nameOf = (id: string): string | undefined => (id === 'g' ? '温泉花园社区第3网格' : undefined);
  expect(wordOf(schema.properties['duty'], 'grid_leader', 'zh', nameOf)).toBe('网格长');
  expect(wordOf(schema.properties['scope'], 'g', 'zh', nameOf)).toBe('温泉花园社区第3网格');
  expect(wordOf(schema.properties['scope'], 'h', 'zh', nameOf)).toBe('h');
  expect(wordOf(undefined, undefined, 'zh', nameOf)).toBe('');
  const rows: Row[] = ['网格长 王某甲', '物业 李某乙'].map((text, i) => ({
    id: String(i),
    geometry: null,
    properties: { text },
  }));
  const shown = (row: Row): string => String(row.properties['text']);
  expect(filtered(rows, ' 王  网格长 ', shown).map((r) => r.id)).toEqual(['0']);
  expect(filtered(rows, '', shown)).toHaveLength(2);
});

test('a duty ends after its last day', () => {
  expect(hasEnded({ until: '2026-11-29' }, '2026-11-30')).toBe(true);
  expect(hasEnded({ until: '2026-11-30' }, '2026-11-30')).toBe(false);
  expect(hasEnded({}, '2026-11-30')).toBe(false);
});
