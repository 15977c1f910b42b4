// Words of the ledger that all pages share.
import type { Bilingual } from '@/core/i18n/lang';
import type { Action, CaseProperties, Housing, Source, Status, StepAction } from './types';
import { isWish } from './wish';

/** The statuses as recorded. The words are those of the schema, so that histories and exported sheets agree. */
export const statusWords: Record<Status, Bilingual> = {
  reported: { zh: '已上报', en: 'Reported' },
  filed: { zh: '已立案', en: 'Filed' },
  dispatched: { zh: '已派遣', en: 'Dispatched' },
  returned: { zh: '已退回', en: 'Returned' },
  handling: { zh: '处置中', en: 'Being handled' },
  handled: { zh: '已处置', en: 'Handled' },
  verified: { zh: '已核查', en: 'Verified' },
  parked: { zh: '挂账', en: 'Parked' },
  closed: { zh: '已结案', en: 'Closed' },
  rejected: { zh: '不予立案', en: 'Rejected' },
  merged: { zh: '已合并', en: 'Merged' },
};

/** The state of a case in queues and lists: what it waits for, and the status once it waits for nothing. */
export const stateWords: Record<Status, Bilingual> = {
  reported: { zh: '待立案', en: 'To file' },
  filed: { zh: '待派遣', en: 'To dispatch' },
  dispatched: { zh: '待处置', en: 'To start' },
  returned: { zh: '待重新派遣', en: 'To dispatch again' },
  handling: { zh: '处置中', en: 'Being handled' },
  handled: { zh: '待核查', en: 'To verify' },
  verified: { zh: '待结案', en: 'To close' },
  parked: statusWords.parked,
  closed: statusWords.closed,
  rejected: statusWords.rejected,
  merged: statusWords.merged,
};

/** The state of a case. A filed wish waits for a unit that claims it. */
export const stateOf = ({ category, status = 'reported' }: Pick<CaseProperties, 'category' | 'status'>): Bilingual =>
  isWish({ category }) && status === 'filed' ? { zh: '待认领', en: 'To claim' } : stateWords[status];

/** The actions as verbs, for buttons. */
export const actionWords: Record<Action | 'report', Bilingual> = {
  report: { zh: '上报', en: 'Report' },
  file: { zh: '立案', en: 'File' },
  reject: { zh: '不予立案', en: 'Reject' },
  merge: { zh: '合并', en: 'Merge' },
  dispatch: { zh: '派遣', en: 'Dispatch' },
  return: { zh: '退回', en: 'Return' },
  start: { zh: '开始处置', en: 'Start' },
  handle: { zh: '处置反馈', en: 'Done' },
  verify: { zh: '核查', en: 'Verify' },
  close: { zh: '结案', en: 'Close' },
  extend: { zh: '延时', en: 'Extend' },
  park: { zh: '挂账', en: 'Park' },
  resume: { zh: '恢复', en: 'Resume' },
  reopen: { zh: '重新立案', en: 'Reopen' },
  rate: { zh: '群众评价', en: 'Rate' },
  urge: { zh: '催办', en: 'Urge' },
  supervise: { zh: '督办', en: 'Supervise' },
  claim: { zh: '认领', en: 'Take it on' },
  block: { zh: '阻断', en: 'Close ways' },
  publish: { zh: '公示', en: 'Publish' },
  note: { zh: '内部备注', en: 'Internal note' },
};

/** The steps as past events, for a history. */
export const stepWords: Record<StepAction, Bilingual> = {
  report: { zh: '上报', en: 'Reported' },
  file: { zh: '立案', en: 'Filed' },
  reject: { zh: '不予立案', en: 'Rejected' },
  merge: { zh: '并入其他事件', en: 'Merged into another' },
  dispatch: { zh: '派遣', en: 'Dispatched' },
  return: { zh: '退回', en: 'Returned' },
  start: { zh: '开始处置', en: 'Started' },
  handle: { zh: '处置完成', en: 'Handled' },
  verify: { zh: '核查', en: 'Verified' },
  close: { zh: '结案', en: 'Closed' },
  extend: { zh: '延时', en: 'Extended' },
  park: { zh: '挂账', en: 'Parked' },
  resume: { zh: '恢复办理', en: 'Resumed' },
  reopen: { zh: '重新立案', en: 'Reopened' },
  rate: { zh: '群众评价', en: 'Rated' },
  urge: { zh: '催办', en: 'Urged' },
  supervise: { zh: '督办', en: 'Supervised' },
  claim: { zh: '认领', en: 'Taken on' },
  block: { zh: '阻断', en: 'Closed ways' },
  publish: { zh: '公示', en: 'Published' },
  note: { zh: '内部备注', en: 'Internal note' },
  level: { zh: '等级变化', en: 'Level changed' },
  supervise_overdue: { zh: '督办超期', en: 'Supervised, overdue' },
  join: { zh: '新的上报并入', en: 'Another report joined' },
  absorb: { zh: '并入同类事件', en: 'Took in another case' },
};

/**
 * What somebody did, after their name: 王值班 + 已派遣至城管执法中队. `{to}` is replaced by the unit, the case or the date
 * that the step names. A step that names none has a text of its own.
 */
export const didWords: Record<StepAction, { to?: Bilingual; alone: Bilingual }> = {
  report: { alone: { zh: '已上报', en: 'reported it' } },
  file: { alone: { zh: '已立案', en: 'filed it' } },
  reject: { alone: { zh: '已决定不予立案', en: 'rejected it' } },
  merge: {
    to: { zh: '已将其并入事件 {to}', en: 'merged it into {to}' },
    alone: { zh: '已将其并入其他事件', en: 'merged it into another case' },
  },
  dispatch: { to: { zh: '已派遣至{to}', en: 'dispatched it to {to}' }, alone: { zh: '已派遣', en: 'dispatched it' } },
  return: { alone: { zh: '已退回', en: 'returned it' } },
  start: { alone: { zh: '已开始处置', en: 'started on it' } },
  handle: { alone: { zh: '已提交处置反馈', en: 'reported it as handled' } },
  verify: {
    to: { zh: '已核查（{to}）', en: 'verified it ({to})' },
    alone: { zh: '已核查', en: 'verified it' },
  },
  close: { alone: { zh: '已结案', en: 'closed it' } },
  extend: { to: { zh: '已延时至 {to}', en: 'extended it to {to}' }, alone: { zh: '已延时', en: 'extended it' } },
  park: { to: { zh: '已挂账至 {to}', en: 'parked it until {to}' }, alone: { zh: '已挂账', en: 'parked it' } },
  resume: { alone: { zh: '已恢复办理', en: 'resumed it' } },
  reopen: { alone: { zh: '已重新立案', en: 'reopened it' } },
  rate: { alone: { zh: '已评价', en: 'rated it' } },
  urge: { alone: { zh: '已催办', en: 'urged it' } },
  supervise: {
    to: { zh: '已督办，限 {to} 前办结', en: 'supervises it, due {to}' },
    alone: { zh: '已督办', en: 'supervises it' },
  },
  block: { alone: { zh: '已变更阻断范围', en: 'changed which ways it closes' } },
  claim: { to: { zh: '已由{to}认领', en: 'was taken on by {to}' }, alone: { zh: '已认领', en: 'took it on' } },
  publish: { alone: { zh: '已更新公示内容', en: 'changed its public text' } },
  note: { alone: { zh: '已添加内部备注', en: 'added an internal note' } },
  level: { alone: { zh: '已更新预警等级', en: 'changed its level' } },
  supervise_overdue: { alone: { zh: '已记录督办超期', en: 'recorded that it is overdue' } },
  join: { alone: { zh: '已并入新的上报', en: 'added another report' } },
  absorb: { alone: { zh: '已并入同类事件', en: 'merged another case into it' } },
};

export const sourceWords: Record<Source, Bilingual> = {
  resident: { zh: '居民上报', en: 'Resident' },
  hotline: { zh: '12345 热线', en: '12345 hotline' },
  rider: { zh: '骑手上报', en: 'Rider' },
  grid_worker: { zh: '网格员巡查', en: 'Grid worker' },
  camera: { zh: '视频发现', en: 'Camera' },
  sensor: { zh: '传感器', en: 'Sensor' },
  unit: { zh: '成员单位', en: 'Member unit' },
  rule: { zh: '规则触发', en: 'Rule' },
};

export const housingWords: Record<Housing, Bilingual> = {
  old_estate: { zh: '老旧小区', en: 'Old estate' },
  commodity: { zh: '商品房', en: 'Commodity housing' },
  mixed_use: { zh: '商住楼', en: 'Mixed use' },
};

export const roleWords: Record<string, Bilingual> = {
  public: { zh: '公众', en: 'Public' },
  rider: { zh: '骑手', en: 'Rider' },
  grid_worker: { zh: '网格员', en: 'Grid worker' },
  unit: { zh: '承办单位', en: 'Unit in charge' },
  officer: { zh: '值班员', en: 'Duty officer' },
  planner: { zh: '规划员', en: 'Planner' },
  steward: { zh: '地图管理员', en: 'Map steward' },
  admin: { zh: '管理员', en: 'Administrator' },
  system: { zh: '系统', en: 'System' },
};

/** The signs of cases that are supervised or were urged. */
export const signWords = {
  zh: {
    superviseLeft: (left: string) => `督办 剩 ${left}`,
    superviseOver: (over: string) => `督办 超期 ${over}`,
    urged: (times: number) => (times > 1 ? `催办 ${times} 次` : '催办'),
  },
  en: {
    superviseLeft: (left: string) => `Supervised, ${left}`,
    superviseOver: (over: string) => `Supervised, ${over} over`,
    urged: (times: number) => (times > 1 ? `Urged ${times} times` : 'Urged'),
  },
};
