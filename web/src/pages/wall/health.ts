// What is wrong, in words: the wall never lies by keeping quiet. The feed tells how old the data is; here the
// server is asked, now and then, how it is itself.
import { computed, onScopeDispose, ref, shallowRef, type ComputedRef } from 'vue';
import type { Bilingual } from '@/core/i18n/lang';

/** What `/health/ready` says, as far as it matters here. */
export interface Ready {
  status?: string;
  store?: { reachable?: boolean; heard_at?: string };
  quarantined?: { collection?: string; id?: string; problem?: string }[];
  config?: { file?: string; line?: number; problem?: string }[];
}

/** A wall's clock that is off by more than this shows wrong times; milliseconds. */
const OFF = 120_000;
/** How often the server is asked; milliseconds. */
const PAUSE = 30_000;

/** The troubles that an answer tells of, the worst first. `offset` is server time less our own, milliseconds. */
export function troublesOf(ready: Ready | null, offset: number): Bilingual[] {
  const out: Bilingual[] = [];
  if (ready?.store?.reachable === false) {
    out.push({ zh: '数据库连不上：看到的是内存中的数据，暂不能上报和处置', en: 'The database is away: this is from memory, and nothing can be written' });
  }
  const [wrong] = ready?.config ?? [];
  if (wrong) {
    const where = [wrong.file, wrong.line].filter((x) => x !== undefined).join(':');
    out.push({ zh: `规则文件有误（${where}），仍按原规则执行：${wrong.problem ?? ''}`, en: `The rules were refused (${where}); those before them stay in force: ${wrong.problem ?? ''}` });
  }
  if (Math.abs(offset) > OFF) {
    const minutes = Math.round(Math.abs(offset) / 60_000);
    out.push({ zh: `本机时钟${offset > 0 ? '慢' : '快'}了约 ${minutes} 分钟，已按服务器时间显示`, en: `This machine's clock is about ${minutes} min ${offset > 0 ? 'slow' : 'fast'}; times shown are the server's` });
  }
  const [row, ...more] = ready?.quarantined ?? [];
  if (row) {
    const n = more.length + 1;
    out.push({ zh: `${n} 条数据未通过检查，未上图（${row.collection ?? ''}/${row.id ?? ''}）`, en: `${n} rows did not pass the checks and are not on the map (${row.collection ?? ''}/${row.id ?? ''})` });
  }
  return out;
}

/** Asks every half minute; while nobody answers, the feed's own badge says so. */
export function useHealth(): { troubles: ComputedRef<Bilingual[]> } {
  const ready = shallowRef<Ready | null>(null);
  const offset = ref(0);
  let timer: ReturnType<typeof setTimeout> | undefined;
  let asking: AbortController | null = null;

  async function ask(): Promise<void> {
    const mine = new AbortController();
    asking = mine;
    try {
      // Not ready is an answer too.
      const response = await fetch('/health/ready', { cache: 'no-store', signal: mine.signal });
      const said = Date.parse(response.headers.get('date') ?? '');
      if (!Number.isNaN(said)) offset.value = said - Date.now();
      ready.value = (await response.json()) as Ready;
    } catch {
      ready.value = null;
    }
    if (!mine.signal.aborted) timer = setTimeout(() => void ask(), PAUSE);
  }

  void ask();
  onScopeDispose(() => {
    clearTimeout(timer);
    asking?.abort();
  });
  return { troubles: computed(() => troublesOf(ready.value, offset.value)) };
}
