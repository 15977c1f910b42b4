// The words of the product: every text exists in both languages, and no text uses a wording that
// docs/glossary.md replaces. Comments count too, so that nobody copies an old wording from one.
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { expect, test } from 'vitest';
import { stateWords } from '@/core/ledger/words';
import { words as desk } from '@/pages/desk/words';
import { turns } from '@/pages/wall/words';

const ROOT = new URL('../../../../', import.meta.url).pathname;
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

/** Wordings that must not return, with what to write instead. The list is that of docs/glossary.md. */
const REPLACED: [RegExp, string][] = [
  [/静默/, '暂停通知'],
  [/轮到/, '待我办理、待办单位'],
  [/骚扰/, '疑似恶意上报（待甄别）'],
  [/个网格[红黄]|网格[红黄] ?\d/, '红色网格 15 个'],
  [/起始/, '预警开始时间'],
  [/超期已满/, '已超期8个工作小时以上'],
  [/上报已满/, '自上报起已满48小时'],
  [/按[期时]率/, '按期结案率'],
  [/重开/, '重新立案'],
  [/评单/, '群众评价'],
  [/没有用到的表头/, '未导入的列'],
  [/前几行将成为/, '导入预览'],
  [/已「/, '王值班已派遣至××'],
  [/现在不能再办理/, '当前状态下不能执行此操作'],
  [/画不出地图|[本此]机无法显示地图|这台机器/, '当前设备无法显示地图'],
  [/巡视/, '自动巡览'],
  [/停更/, '数据已 1 分钟未更新'],
  [/评分会计入/, '您的评价将纳入承办单位考核'],
  [/案件/, '事件'],
  [/连不上服务器/, '无法连接服务器'],
  [/挂账中/, '挂账'],
];

/** Replaced words that other people's files contain, which an import has to understand. */
const UNDERSTOOD: Record<string, string[]> = {
  'src/warnings/sheet/columns.rs': ['案件编号', '案件类别', '案件状态'],
};

/** The files with texts of the product. Generated files repeat the schemas, which are a contract. */
function* texts(folder: string): Generator<string> {
  for (const entry of readdirSync(join(ROOT, folder), { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) {
      if (!/(^|_)tests?$/.test(entry.name)) yield* texts(path);
    } else if (/\.(ts|vue|rs|toml|md|html|webmanifest)$/.test(entry.name) && !/tests?\.(ts|rs)$/.test(entry.name)) {
      yield path.split(sep).join('/');
    }
  }
}
const GENERATED = new Set(['web/src/core/api/schema.ts', 'docs/data.md', 'docs/glossary.md']);

test('no text uses a wording that the glossary replaces', () => {
  const found: string[] = [];
  const files = ['web/src', 'web/public', 'src', 'geodata', 'docs'].flatMap((folder) => [...texts(folder)]);
  expect(files.length).toBeGreaterThan(400);
  for (const file of files.filter((path) => !GENERATED.has(path))) {
    let text = read(file);
    for (const known of UNDERSTOOD[file] ?? []) text = text.replaceAll(`"${known}"`, '""');
    text.split('\n').forEach((line, at) => {
      for (const [wording, instead] of REPLACED)
        if (wording.test(line)) found.push(`${file}:${at + 1}: ${wording.exec(line)?.[0]} → ${instead}`);
    });
  }
  expect(found).toEqual([]);
});

test('the glossary lists the replaced wordings', () => {
  const glossary = read('docs/glossary.md');
  for (const [wording] of REPLACED) expect(glossary).toMatch(wording);
});

/** The paths of all texts in a value. A function counts as one text, whatever it is called with. */
function paths(value: unknown, at = ''): string[] {
  if (value === undefined) return [];
  if (typeof value === 'function') return [at];
  if (typeof value !== 'object' || value === null) return [value === '' ? `${at} is empty` : at];
  return Object.entries(value).flatMap(([key, inner]) => paths(inner, `${at}.${key}`));
}

/** The texts of one language that the other lacks, in every `{zh, en}` of a value. */
function differences(value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const both = value as Record<string, unknown>;
  if (!('zh' in both) && !('en' in both))
    return Object.entries(both).flatMap(([key, inner]) => differences(inner, `${at}.${key}`));
  const [zh, en] = [new Set(paths(both['zh'])), new Set(paths(both['en']))];
  return [
    ...[...zh].filter((path) => !en.has(path)).map((path) => `${at}: en lacks${path || ' its text'}`),
    ...[...en].filter((path) => !zh.has(path)).map((path) => `${at}: zh lacks${path || ' its text'}`),
  ];
}

/** Texts that one language needs and the other does not: short forms of names that are too long for a panel. */
const ONE_LANGUAGE = /^\/src\/pages\/wall\/words\.ts\.words: (en|zh) lacks\.short\./;

test('every text of every words file exists in both languages', () => {
  const modules = import.meta.glob<Record<string, unknown>>(['/src/**/words.ts', '/src/**/words/*.ts'], {
    eager: true,
  });
  expect(Object.keys(modules).length).toBeGreaterThanOrEqual(20);
  const missing = Object.entries(modules).flatMap(([file, exported]) => differences(exported, file));
  expect(missing.filter((line) => !ONE_LANGUAGE.test(line))).toEqual([]);
  // The check itself finds a missing key, a missing language and an empty text.
  expect(differences({ w: { zh: { a: '甲', b: ['乙'] }, en: { a: 'A', b: [] } } }, 'f')).toEqual(['f.w: en lacks.b.0']);
  expect(differences({ w: { zh: '甲' } }, 'f')).toEqual(['f.w: en lacks its text']);
  expect(differences({ zh: '甲', en: '' }, 'f')).toHaveLength(2);
});

test('the desk, the phone and the wall name the same state of a case', () => {
  for (const [status, turn] of Object.entries(turns)) {
    const state = stateWords[status as keyof typeof stateWords];
    expect(turn.zh.split(' · ').at(-1)).toBe(state.zh);
  }
  expect([stateWords.reported.zh, stateWords.verified.zh]).toEqual(['待立案', '待结案']);
  expect(desk.zh.keyNext).not.toBe(desk.zh.keyPrevious);
});
