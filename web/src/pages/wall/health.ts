// What is wrong, in words: the wall never lies by keeping quiet. The feed tells how old the data is; the server is
// asked, now and then, how it is itself.
import { computed, shallowRef, type ComputedRef } from 'vue';
import { answered, http } from '@/core/api/client';
import type { components } from '@/core/api/schema';
import * as format from '@/core/i18n/format';
import type { Bilingual } from '@/core/i18n/lang';
import { usePoll } from '@/core/live/usePoll';

type Schemas = components['schemas'];
export type Ready = Schemas['Ready'];

/** All that the wall knows of how true it is. */
export interface Condition {
  /** The feed is silent, or the server says that it is behind. */
  stale: boolean;
  /** When the server last said anything; null where it never did. */
  heardAt: Date | null;
  /** Whether the server was asked how it is and answered nothing at all. */
  away: boolean;
  ready: Ready | null;
  /** Server time less this machine's, milliseconds. */
  offset: number;
  /** The figures beside the map can't be had, though the server answers. */
  figuresAway: boolean;
}

export const FINE: Condition = { stale: false, heardAt: null, away: false, ready: null, offset: 0, figuresAway: false };

/** A wall's clock that is off by more than this is a fault of the machine; milliseconds. */
const OFF = 120_000;
/** How often the server is asked, and how often while something is wrong; milliseconds. */
const PAUSE = 30_000;
const PAUSE_WRONG = 5_000;
/** A server that is asked and keeps silent; milliseconds. */
const PATIENCE = 10_000;

const at = ({ file, line, column }: Schemas['ConfigProblem']): string => [file, line, column].join(':');

/** The troubles, the worst first: what makes the whole wall old, then what makes a part of it wrong. */
export function troublesOf({ stale, heardAt, away, ready, offset, figuresAway }: Condition): Bilingual[] {
  const out: Bilingual[] = [];
  const last = heardAt
    ? {
        zh: `，以下是 ${format.dateTime(heardAt, 'zh')} 的情况`,
        en: `; this is how it was at ${format.dateTime(heardAt, 'en')}`,
      }
    : { zh: '', en: '' };
  const databaseAway = ready?.store.reachable === false;
  if (stale && away) {
    out.push({ zh: `服务器没有应答，正在重连${last.zh}`, en: `The server does not answer; reconnecting${last.en}` });
  } else if (stale && !databaseAway) {
    out.push({ zh: `数据连接中断，正在重连${last.zh}`, en: `The live feed is cut; reconnecting${last.en}` });
  }
  if (databaseAway) {
    out.push({
      zh: `数据库连不上：看到的是内存中的数据，暂不能上报和处置${last.zh}`,
      en: `The database is away: this is from memory, and nothing can be reported or handled${last.en}`,
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
      en: `${at(wrong)} was refused, what was before it stays in force${also.en}: ${wrong.problem}, expected ${wrong.expected}`,
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
      zh: '统计数字暂时取不到，地图和台账仍是实时的',
      en: 'The figures cannot be had now; the map and the ledger are live',
    });
  }
  return out;
}

/** Asks every half minute, sooner while something is wrong. `feed` is what the live feed knows by itself. */
export function useHealth(feed: () => Omit<Condition, 'away' | 'ready'>): { troubles: ComputedRef<Bilingual[]> } {
  const ready = shallowRef<Ready | null>(null);
  const poll = usePoll({
    async ask(signal) {
      // A gateway's page about a server that is away is no answer.
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
