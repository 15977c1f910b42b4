import { expect, test } from 'vitest';
import { DEFAULTS, findCommunities, linkTo, readSettings, steadySet, writeSettings } from './settings';

const read = (address: string, preset?: Record<string, unknown>) => readSettings(new URLSearchParams(address), preset);

test('the settings are read from the address', () => {
  const { settings, misread } = read('view=housing&tour=20&communities=c1,果园里社区&lang=en&sound=1&part=2/2');
  expect(misread).toEqual([]);
  expect(settings).toEqual({
    ...DEFAULTS,
    view: 'housing',
    tour: 20,
    communities: ['c1', '果园里社区'],
    lang: 'en',
    sound: true,
    part: 2,
  });
  expect(read('').settings).toEqual(DEFAULTS);
});

test('a preset gives the defaults and the address overrides them', () => {
  const preset = { view: 'riders', tour: '30', preset: 'another' };
  expect(read('preset=night&tour=0', preset).settings).toEqual({
    ...DEFAULTS,
    preset: 'night',
    view: 'riders',
    tour: 0,
  });
});

test('invalid settings are reported and change nothing', () => {
  const { settings, misread } = read('view=3d&tour=2&lang=fr&colour=blue&at=yesterday&part=3&speed=601', {
    tour: '30',
  });
  expect(settings).toEqual({ ...DEFAULTS, tour: 30 });
  expect(misread.map((m) => `${m.key}=${m.value}`)).toEqual([
    'view=3d',
    'tour=2',
    'lang=fr',
    'colour=blue',
    'at=yesterday',
    'part=3',
    'speed=601',
  ]);
  expect(misread[0]?.expected.en).toContain('housing');
  // A value of a preset may be invalid too, for example after an update. It is reported in the same way.
  expect(read('', { view: 'planner' }).misread).toHaveLength(1);
});

test('a moment may have a time offset', () => {
  expect(read('at=2026-11-12T14:05:00%2B08:00').settings.at?.toISOString()).toBe('2026-11-12T06:05:00.000Z');
  expect(read('at=2026-11-12T14:05:00+08:00').settings.at?.toISOString()).toBe('2026-11-12T06:05:00.000Z');
});

test('the link of settings reads back as the same settings', () => {
  const settings = {
    ...DEFAULTS,
    view: 'category' as const,
    category: 'blocked_route',
    communities: ['120113001003', '120113001009'],
    tour: 15,
    cards: true,
    part: 1 as const,
    at: new Date('2026-11-12T06:05:00Z'),
    speed: 60,
  };
  const link = linkTo(settings, 'http://map');
  expect(link).toBe(
    'http://map/wall?view=category&category=blocked_route&communities=120113001003,120113001009&tour=15&cards=1&part=1/2&at=2026-11-12T06:05:00.000Z&speed=60',
  );
  expect(readSettings(new URL(link).searchParams)).toEqual({ settings, misread: [] });
  expect(linkTo(DEFAULTS, 'http://map')).toBe('http://map/wall');
  // With a preset, only the differences are written, including switches that are off.
  expect(writeSettings({ ...DEFAULTS, preset: 'night' }, { ...DEFAULTS, tour: 20, cards: true, sound: true })).toEqual({
    preset: 'night',
    tour: '0',
    cards: '0',
    sound: '0',
  });
});

test('a community is found by id, code or name', () => {
  const all = [
    { id: 'c1', code: '120113001003000', name: '果园里社区' },
    { id: 'c2', name: '朝阳里社区' },
  ];
  expect(findCommunities(['朝阳里', '120113001003000', 'c1', '月球'], all)).toEqual({
    ids: ['c2', 'c1'],
    unknown: ['月球'],
  });
});

test('equal sets of communities are the same object', () => {
  const first = steadySet(['a', 'b'], null);
  expect(steadySet(['b', 'a'], first)).toBe(first);
  expect(steadySet(['a'], first)).toEqual(new Set(['a']));
  expect(steadySet(['a', 'c'], first)).toEqual(new Set(['a', 'c']));
  expect(steadySet([], first)).toBeNull();
});

test('the view of themes has a theme and a second one beside it', () => {
  const { settings, misread } = read('view=themes&theme=first_aid&beside=riders');
  expect(misread).toEqual([]);
  expect(writeSettings(settings)).toEqual({ view: 'themes', theme: 'first_aid', beside: 'riders' });
  expect(read('theme=First Aid&beside=x!').misread.map((m) => m.key)).toEqual(['theme', 'beside']);
});

test('the view of coverage has a standard and facilities', () => {
  const { settings, misread } = read('view=coverage&standard=aed_4&facility=toilet');
  expect(misread).toEqual([]);
  expect(settings).toEqual({ ...DEFAULTS, view: 'coverage', standard: 'aed_4', facility: 'toilet' });
  expect(writeSettings(settings)).toEqual({ view: 'coverage', standard: 'aed_4', facility: 'toilet' });
  expect(read('standard=a b&facility=casino').misread.map((m) => m.key)).toEqual(['standard', 'facility']);
});
