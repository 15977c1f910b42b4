// The words of the residents' page for micro-wishes (微心愿): somebody asks for something, instead of reporting a problem.
import type { Status } from '@/core/ledger/types';

type States = Partial<Record<Status | 'claimed', [string, string]>>;

const states = {
  zh: {
    filed: ['已受理', '正在找愿意帮忙的单位。公示的内容由值班人员撰写，不含您的个人信息。'],
    dispatched: ['已有单位承办', '值班人员已请一家单位帮忙。'],
    claimed: ['已认领', '有单位认领了您的心愿，会尽快为您办理。'],
    returned: ['重新安排', '原单位办不了，正在找其他单位。'],
    handling: ['正在办', '单位正在帮您实现心愿。'],
    handled: ['已完成', '网格员会向您核实。'],
    verified: ['已核实', '已向您核实，心愿已实现。'],
    closed: ['心愿已实现', '请您评一评。'],
    rejected: ['未受理', '经核实，这个心愿不在受理范围内。'],
  } satisfies States,
  en: {
    filed: ['Accepted', 'A unit that can help is being looked for. The public text has nothing personal of you.'],
    dispatched: ['A unit has it', 'The duty room asked a unit to help.'],
    claimed: ['Taken on', 'A unit took on your wish and will see to it.'],
    returned: ['Being rearranged', 'That unit cannot do it; another is being looked for.'],
    handling: ['Under way', 'The unit is working on your wish.'],
    handled: ['Done', 'A grid worker will ask you.'],
    verified: ['Checked', 'It was checked: your wish came true.'],
    closed: ['Fulfilled', 'Please rate it.'],
    rejected: ['Not accepted', 'It was checked and cannot be done here.'],
  } satisfies States,
};

export const wishWords = {
  zh: {
    lead: '您或家人有什么小难处、小心愿，写给我们。值班人员受理后，由热心单位认领。',
    privacy:
      '不公开您的原话、住址、照片和电话。公示栏上只有值班人员另写的一句话和所在社区；认领的单位和办理人员才看得到您的原话和地址，只有值班人员看得到电话。',
    where: '在哪里帮您？（不公开）',
    photo: '照片（可不拍，不公开）',
    note: '您的心愿（不公开）',
    noteHint: '例如：家里老人腿脚不便，想请人换一下厨房灯管',
    missing: '请写下您的心愿',
    /** The general lines about data, with the one about what is public replaced. */
    how: ([kept = '', , receipt = '']: string[]) => [
      kept,
      '地图上只显示某个网格有一个微心愿，不显示楼栋和位置。原话、地址和照片只给办理人员和认领的单位看，电话只给值班人员看，到期自动删除。',
      receipt,
    ],
    states: states.zh,
  },
  en: {
    lead: 'Is there something small that you or your family need? Write it down. The duty room accepts it, and a unit takes it on.',
    privacy:
      'Your words, address, photos and telephone are not public. The public board shows only the community and a ' +
      'sentence that the duty room writes. Those who handle the wish see your words and address; only duty officers ' +
      'see your telephone.',
    where: 'Where can we help you? (not public)',
    photo: 'Photos (optional, not public)',
    note: 'Your wish (not public)',
    noteHint: 'For example: my mother cannot climb, please change the lamp in the kitchen',
    missing: 'Write down your wish',
    how: ([kept = '', , receipt = '']: string[]) => [
      kept,
      'The map shows only that a grid has a wish, and neither the building nor the position. Those who handle it see ' +
        'your words, address and photos; duty officers see your telephone until it is erased.',
      receipt,
    ],
    states: states.en,
  },
};

/** What a receipt says about a status of a wish; undefined where the usual words fit. */
export function wishState(words: { states: States }, status: Status, claimed: boolean): [string, string] | undefined {
  return words.states[status === 'dispatched' && claimed ? 'claimed' : status];
}
