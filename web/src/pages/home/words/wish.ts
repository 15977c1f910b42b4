// The words of the board of micro-wishes, in both languages.
import type { BoardWish } from '@/core/ledger/wish';

type States = Record<BoardWish['state'], string>;

export const wishWords = {
  zh: {
    title: '微心愿',
    lead: '居民点单，单位认领，完成后由本人评价。公示内容由值班人员撰写，不含个人信息。',
    open: '正在公示',
    fulfilled: '已实现',
    units: '参与单位',
    rating: '平均评分（满分 5）',
    none: '目前没有待认领的心愿。',
    since: (day: string) => `${day} 受理`,
    states: { waiting: '待认领', claimed: '认领中', arranging: '协调中', done: '已完成，待核实' } satisfies States,
    more: (n: number) => `显示其余 ${n} 个`,
    fewer: '收起',
    ask: '我有一个心愿',
    claim: '成员单位认领',
  },
  en: {
    title: 'Micro-wishes',
    lead: 'Residents ask, member units take it on, and who asked rates it. The duty room writes these texts, without personal data.',
    open: 'On the board',
    fulfilled: 'Fulfilled',
    units: 'Units that helped',
    rating: 'Mean rating (of 5)',
    none: 'No wish waits for a unit now.',
    since: (day: string) => `since ${day}`,
    states: {
      waiting: 'Waits for a unit',
      claimed: 'Taken on',
      arranging: 'Being arranged',
      done: 'Done, being checked',
    } satisfies States,
    more: (n: number) => `Show ${n} more`,
    fewer: 'Show fewer',
    ask: 'I have a wish',
    claim: 'Take one on (member units)',
  },
};
