// The words about projects that more than one page uses.
import type { ProjectState } from './client';

export const projectWords = {
  zh: {
    title: '民生实事',
    states: { planned: '未开工', under_way: '进行中', done: '已完成', delayed: '延期' } satisfies Record<
      ProjectState,
      string
    >,
    kinds: { livelihood: '民生实事', secretary: '书记项目', micro: '微实事' } as Record<string, string>,
    due: (day: string) => `期限 ${day}`,
    doneOn: (day: string) => `${day} 完成`,
    progress: (percent: number) => `进度 ${percent}%`,
    lead: '牵头单位',
    place: '地点',
    milestones: '节点',
    reached: (day: string) => `${day} 完成`,
    planned: (day: string) => `计划 ${day}`,
    open: '未完成',
    before: '施工前',
    after: '完工后',
    photo: (when: string, n: number, name: string) => `${name}${when}的照片 ${n}`,
    rated: (mean: string, count: string) => `居民评分 ${mean}（${count} 人）`,
    none: '尚未登记民生项目。值班员和数据管理员在“责任人与民生项目”页面登记后，此处显示。',
  },
  en: {
    title: 'Livelihood projects',
    states: { planned: 'Planned', under_way: 'Under way', done: 'Done', delayed: 'Delayed' } satisfies Record<
      ProjectState,
      string
    >,
    kinds: { livelihood: 'Livelihood project', secretary: 'Secretary’s project', micro: 'Small work' } as Record<
      string,
      string
    >,
    due: (day: string) => `due by ${day}`,
    doneOn: (day: string) => `done on ${day}`,
    progress: (percent: number) => `${percent}% done`,
    lead: 'Lead unit',
    place: 'Place',
    milestones: 'Milestones',
    reached: (day: string) => `reached ${day}`,
    planned: (day: string) => `planned ${day}`,
    open: 'open',
    before: 'Before',
    after: 'After',
    photo: (when: string, n: number, name: string) => `${name}, ${when.toLowerCase()} the work, photo ${n}`,
    rated: (mean: string, count: string) => `Residents’ rating ${mean} (${count})`,
    none: 'No projects are recorded yet. They appear here when officers or stewards add them on the page of duties and projects.',
  },
};
