// What is wrong with the data, in words. The age comes from the feed; the state of the server is requested at
// intervals.
import { computed, shallowRef, type ComputedRef } from 'vue';
import { answered, http } from '@/core/api/client';
import type { components } from '@/core/api/schema';
import * as format from '@/core/i18n/format';
import type { Bilingual } from '@/core/i18n/lang';
import { usePoll } from '@/core/live/usePoll';

type Schemas = components['schemas'];
export type Ready = Schemas['Ready'];

/** What the wall screen knows about the state of its data. */
export interface Condition {
  /** The feed is silent, or the server's database is unreachable. */
  stale: boolean;
  /** When the server last sent anything; null if it never did. */
  heardAt: Date | null;
  /** Whether the health check failed: no answer, or an error answer. */
  away: boolean;
  ready: Ready | null;
  /** The server's time minus this machine's time, in milliseconds. */
  offset: number;
  /** Whether the figures in the panels cannot be loaded. */
  figuresAway: boolean;
}

export const FINE: Condition = { stale: false, heardAt: null, away: false, ready: null, offset: 0, figuresAway: false };

/** A clock that is off by more than this is reported, in milliseconds. */
const OFF = 120_000;
/** How often the health check runs: normally, and while something is wrong, in milliseconds. */
const PAUSE = 30_000;
const PAUSE_WRONG = 5_000;
/** How long to wait for an answer of the server, in milliseconds. */
const PATIENCE = 10_000;

const at = ({ file, line, column }: Schemas['ConfigProblem']): string => [file, line, column].join(':');

/** The problems, the worst first: those that affect the whole screen before those that affect a part. */
export function troublesOf({ stale, heardAt, away, ready, offset, figuresAway }: Condition): Bilingual[] {
  const out: Bilingual[] = [];
  const last = heardAt
    ? {
        zh: `，以下为 ${format.dateTime(heardAt, 'zh')} 的情况`,
        en: `; this is how it was at ${format.dateTime(heardAt, 'en')}`,
      }
    : { zh: '', en: '' };
  const databaseAway = ready?.store.reachable === false;
  if (stale && away) {
    out.push({ zh: `服务器没有应答，正在重连${last.zh}`, en: `The server does not answer; reconnecting${last.en}` });
  } else if (stale && !databaseAway) {
    out.push({ zh: `数据连接中断，正在重连${last.zh}`, en: `The live feed is interrupted; reconnecting${last.en}` });
  }
  if (databaseAway) {
    out.push({
      zh: `数据库无法连接：屏上显示内存中的数据，暂不能上报和处置${last.zh}`,
      en: `The server cannot reach its database: the data is from memory; nothing can be reported or handled${last.en}`,
    });
  }
  const [wrong, ...others] = ready?.config ?? [];
  if (wrong) {
    const also =
      others.length > 0
        ? { zh: `（共 ${others.length + 1} 处）`, en: ` (${others.length + 1} mistakes)` }
        : { zh: '', en: '' };
    out.push({
      zh: `${at(wrong)} 有误，仍按原来的规则执行${also.zh}：${wrong.problem}，应为 ${wrong.expected}`,
      en: `${at(wrong)} is wrong${also.en}, the previous configuration stays in force: ${wrong.problem}, expected ${wrong.expected}`,
    });
  }
  if (Math.abs(offset) > OFF) {
    const by = Math.abs(offset);
    out.push({
      zh: `本机时钟${offset > 0 ? '慢' : '快'}了约 ${format.duration(by, 'zh')}，屏上按服务器时间显示`,
      en: `This machine's clock is about ${format.duration(by, 'en')} ${offset > 0 ? 'slow' : 'fast'}; the times shown are the server's`,
    });
  }
  const [row, ...more] = ready?.quarantined ?? [];
  if (row) {
    const n = more.length + 1;
    const name = `${row.collection}/${row.id}`;
    out.push({
      zh: `${n} 条数据未通过检查，未上图：${name}`,
      en: `${n} ${n === 1 ? 'row' : 'rows'} did not pass the checks and ${n === 1 ? 'is' : 'are'} not on the map: ${name}`,
    });
  }
  if (figuresAway && out.length === 0) {
    out.push({
      zh: '统计数字暂时无法读取，地图和台账仍实时更新',
      en: 'The figures cannot be loaded now; the map and the ledger are live',
    });
  }
  return out;
}

/**
 * Checks every half minute, and more often while something is wrong. `feed` returns the state of the live feed.
 */
export function useHealth(feed: () => Omit<Condition, 'away' | 'ready'>): { troubles: ComputedRef<Bilingual[]> } {
  const ready = shallowRef<Ready | null>(null);
  const poll = usePoll({
    async ask(signal) {
      // An error answer, such as 502 from a gateway, counts as an unreachable server.
      ready.value = await answered(http.GET('/health/ready', { cache: 'no-store', signal }));
    },
    every: () => (troubles.value.length > 0 ? PAUSE_WRONG : PAUSE),
    pause: { first: PAUSE_WRONG, longest: PAUSE_WRONG * 2 },
    patience: PATIENCE,
    failed() {
      ready.value = null;
    },
  });
  const troubles = computed(() => troublesOf({ ...feed(), away: poll.error.value !== null, ready: ready.value }));
  void poll.ask();
  return { troubles };
}
