// The words of the desk for urging (催办), supervising (督办) and internal notes.
export const supervisionWords = {
  zh: {
    urged: '催办',
    urgedAt: (times: number, at: string) => `${times} 次，最近一次 ${at}`,
    supervised: '督办期限',
    fieldUrge: '催办内容（待办单位可见，不对外公开）',
    fieldSuperviseDue: '督办期限（挂账、待核查期间不停算）',
    fieldSuperviseReason: '督办要求（待办单位可见，不对外公开）',
    fieldNote: '备注内容（仅工作人员和承办单位可见，不对外公开）',
  },
  en: {
    urged: 'Urged',
    urgedAt: (times: number, at: string) => `${times} ${times === 1 ? 'time' : 'times'}, last on ${at}`,
    supervised: 'Supervised',
    fieldUrge: 'What to tell them (seen by whoever must act, never by the public)',
    fieldSuperviseDue: 'Due (runs on while the case is parked or waits to be verified)',
    fieldSuperviseReason: 'What is expected (seen by whoever must act, never by the public)',
    fieldNote: 'Note (seen by staff and the unit in charge, never by the public)',
  },
};
