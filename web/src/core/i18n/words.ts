// Words that all pages share.
import { shallowReactive } from 'vue';
import type { Level } from '@/core/levels/levels';
import type { Bilingual } from './lang';

export const levelWords: Record<Level, Bilingual> = {
  red: { zh: '红色预警', en: 'Red' },
  yellow: { zh: '黄色预警', en: 'Yellow' },
  green: { zh: '正常', en: 'Normal' },
  no_data: { zh: '无数据', en: 'No data' },
};

/** Short names of the levels, for signs on the map. */
export const levelShort: Record<Level, Bilingual> = {
  red: { zh: '红', en: 'Red' },
  yellow: { zh: '黄', en: 'Yellow' },
  green: { zh: '绿', en: 'OK' },
  no_data: { zh: '无数据', en: 'No data' },
};

/** The label of a drill. */
export const drillWord: Bilingual = { zh: '演练', en: 'Drill' };

const categories: Record<string, Bilingual> = {
  street_encroachment: { zh: '占道经营', en: 'Street encroachment' },
  corridor_clutter: { zh: '楼道堆物', en: 'Corridor clutter' },
  flying_wire_charging: { zh: '飞线充电', en: 'Flying-wire charging' },
  blocked_route: { zh: '道路阻断', en: 'Blocked route' },
  wrong_access: { zh: '出入口信息有误', en: 'Wrong access data' },
  damaged_facility: { zh: '设施损坏', en: 'Damaged facility' },
  micro_wish: { zh: '微心愿', en: 'Micro-wish' },
  other: { zh: '其他', en: 'Other' },
};

const KEY = 'onemap.categories';

/** Category names from rules.toml. They are stored in the browser for use without a network. */
const learnt = shallowReactive(new Map<string, Bilingual>(remembered()));

function remembered(): [string, Bilingual][] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(kept) ? (kept as [string, Bilingual][]) : [];
  } catch {
    return []; // storage may be forbidden
  }
}

/** Stores the category names of the rules in force. English names are written as within a sentence. */
export function learnCategories(told: readonly { id: string; zh: string; en: string }[]): void {
  for (const { id, zh, en } of told) learnt.set(id, { zh, en: en.charAt(0).toUpperCase() + en.slice(1) });
  try {
    localStorage.setItem(KEY, JSON.stringify([...learnt]));
  } catch {
    // Without storage, the names are known for this visit only.
  }
}

/** The name of a category. A category of the rules whose name is not known yet is shown by its key. */
export function categoryWords(category: string): Bilingual {
  const known = learnt.get(category) ?? categories[category];
  if (known) return known;
  const words = category.replaceAll('_', ' ');
  return { zh: words, en: words };
}

/** Counted features with their Chinese measure word: 已导入 23,370 栋楼. */
const counted: Record<string, { zh: string; en: string; one: string }> = {
  grids: { zh: '个网格', en: 'grids', one: 'grid' },
  compounds: { zh: '个小区', en: 'compounds', one: 'compound' },
  barriers: { zh: '段围墙', en: 'walls and fences', one: 'wall' },
  buildings: { zh: '栋楼', en: 'buildings', one: 'building' },
  entrances: { zh: '个出入口', en: 'entrances', one: 'entrance' },
  routes: { zh: '条骑手友好道路', en: 'rider routes', one: 'rider route' },
  turns: { zh: '条转向限制', en: 'turn restrictions', one: 'turn restriction' },
  day_orders: { zh: '条当日管制', en: 'day orders', one: 'day order' },
  first_aid_stations: { zh: '个急救站', en: 'first-aid stations', one: 'first-aid station' },
  pocket_parks: { zh: '个口袋公园', en: 'pocket parks', one: 'pocket park' },
  facilities: { zh: '处服务设施', en: 'facilities', one: 'facility' },
  mediation_points: { zh: '个调解点', en: 'mediation points', one: 'mediation point' },
  trails: { zh: '条研学漫步线路', en: 'trails', one: 'trail' },
  trail_stops: { zh: '个线路站点', en: 'trail stops', one: 'trail stop' },
  duties: { zh: '条责任人记录', en: 'duties', one: 'duty' },
  projects: { zh: '个民生项目', en: 'projects', one: 'project' },
  units: { zh: '个成员单位', en: 'member units', one: 'member unit' },
  warnings: { zh: '条预警', en: 'warnings', one: 'warning' },
  roads: { zh: '条道路', en: 'roads', one: 'road' },
  water: { zh: '处水系', en: 'water areas', one: 'water area' },
  green: { zh: '处绿地', en: 'green areas', one: 'green area' },
  boundaries: { zh: '条界线', en: 'boundaries', one: 'boundary' },
};

/**
 * A number of features: `23,370 栋楼`, `23,370 buildings`. Features of an unknown collection are counted as 条,
 * with its id.
 */
export function countedWords(collection: string, n: number): Bilingual {
  const words = counted[collection];
  const figure = n.toLocaleString('en-US');
  if (!words) return { zh: `${figure} 条 ${collection}`, en: `${figure} ${collection}` };
  return { zh: `${figure} ${words.zh}`, en: `${figure} ${n === 1 ? words.one : words.en}` };
}
