// Changes of access rules of ways and gates, and their texts.
import type { Geometry } from 'geojson';
import type { Bilingual } from '@/core/i18n/lang';
import type { Edit } from './types';

/** A clicked lane or gate of the map. */
export interface WayFeature {
  collection: 'routes' | 'entrances';
  id: string;
  geometry: Geometry | null;
  properties: Record<string, unknown>;
}

export type WayAction = 'close' | 'open' | 'walk' | 'reverse' | 'both';

/** The actions that apply to a feature. */
export function actionsOf({ collection, geometry, properties }: WayFeature): WayAction[] {
  if (collection === 'entrances') return ['close', 'open', 'walk'];
  const isLine = geometry?.type === 'LineString';
  return [
    'close',
    'open',
    ...(isLine ? (['reverse'] as const) : []),
    ...(properties['oneway'] === true ? (['both'] as const) : []),
  ];
}

/** The properties and the geometry that an action sets; null removes a property. */
export function changeOf(
  action: WayAction,
  { geometry }: WayFeature,
): { properties: Record<string, unknown>; geometry?: Geometry } {
  switch (action) {
    case 'close':
      return { properties: { foot: 'no', ebike: 'no' } };
    case 'open':
      return {
        properties: { foot: 'yes', ebike: 'yes', locked: null, opening_hours: null, ebike_hours: null, access: null },
      };
    case 'walk':
      return { properties: { foot: 'yes', ebike: 'no', locked: null } };
    case 'both':
      return { properties: { oneway: null } };
    case 'reverse':
      // A one-way lane is ridden in the direction of its line, so its coordinates are reversed.
      return {
        properties: { oneway: true },
        ...(geometry?.type === 'LineString'
          ? { geometry: { type: 'LineString', coordinates: geometry.coordinates.toReversed() } }
          : {}),
      };
  }
}

const VALUES: Record<string, Bilingual> = {
  yes: { zh: '可通行', en: 'allowed' },
  no: { zh: '禁止通行', en: 'not allowed' },
  '-1': { zh: '反向', en: 'reversed' },
  dismount: { zh: '须下车推行', en: 'dismount' },
  permissive: { zh: '经业主允许通行', en: 'permissive' },
  destination: { zh: '仅限到达', en: 'destination only' },
  delivery: { zh: '仅限配送', en: 'deliveries only' },
  customers: { zh: '仅限顾客', en: 'customers only' },
  private: { zh: '仅限内部', en: 'private' },
};
const NAMES: Record<string, Bilingual> = {
  foot: { zh: '步行', en: 'on foot' },
  ebike: { zh: '电动自行车', en: 'e-bikes' },
  opening_hours: { zh: '开放时间：', en: 'open' },
  ebike_hours: { zh: '电动自行车通行时段：', en: 'e-bikes at' },
  locked: { zh: '上锁：', en: 'locked' },
  access: { zh: '使用权限：', en: 'access' },
  oneway: { zh: '单行：', en: 'one-way' },
};

function valueOf(name: string, value: unknown): Bilingual {
  if (value === null || value === undefined)
    return name.endsWith('hours')
      ? { zh: '全天', en: 'always' }
      : name === 'locked' || name === 'oneway'
        ? { zh: '否', en: 'no' }
        : { zh: '不限', en: 'anybody' };
  if (value === true) return { zh: '是', en: 'yes' };
  if (value === false) return { zh: '否', en: 'no' };
  const text = String(value);
  return VALUES[text] ?? { zh: text, en: text };
}

/** The text of a rule, such as “on foot: not allowed”. */
export function ruleText(name: string, value: unknown): Bilingual {
  const [key, said] = [NAMES[name] ?? { zh: name, en: name }, valueOf(name, value)];
  return { zh: `${key.zh}${said.zh}`, en: `${key.en}: ${said.en}` };
}

/** The properties that the page shows as rules. */
export const RULES = ['foot', 'ebike', 'opening_hours', 'ebike_hours', 'locked', 'access', 'oneway'] as const;

/** Whether an edit changes the direction in which a lane is ridden, which does not concern people on foot. */
export const isTurn = ({ geometry, properties }: Edit): boolean =>
  geometry?.type === 'LineString' || (properties !== undefined && 'oneway' in properties);

/** The text of an edit, for lists and reports. */
export function editText(edit: Edit): Bilingual {
  if (edit.op === 'delete') return { zh: '拆除', en: 'removed' };
  if (edit.op === 'put') return { zh: '新增', en: 'new' };
  const rules = Object.entries(edit.properties ?? {}).map(([name, value]) => ruleText(name, value));
  const isTurned = edit.geometry?.type === 'LineString';
  const isMoved = edit.geometry !== undefined && !isTurned;
  return {
    zh: [...(isTurned ? ['调转方向'] : isMoved ? ['迁移'] : []), ...rules.map((rule) => rule.zh)].join('，'),
    en: [...(isTurned ? ['reversed'] : isMoved ? ['moved'] : []), ...rules.map((rule) => rule.en)].join(', '),
  };
}
