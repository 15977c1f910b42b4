// The words of the field page for urged (催办) and supervised (督办) tasks, and for internal notes.
export const words = {
  zh: {
    urged: (who: string, at: string) => `${at} ${who}催办`,
    supervised: (due: string) => `督办事件，请于 ${due} 前办结`,
    superviseOver: (due: string) => `督办事件，已超过督办期限 ${due}`,
    write: '写备注',
    title: '内部备注',
    field: '备注内容',
    hint: '例如：已与业主约定明早上门',
    who: '值班员、网格员和承办单位可见，不对外公开。',
    send: '提交备注',
    missing: '请写备注内容',
  },
  en: {
    urged: (who: string, at: string) => `Urged by ${who}, ${at}`,
    supervised: (due: string) => `Supervised: due ${due}`,
    superviseOver: (due: string) => `Supervised: overdue since ${due}`,
    write: 'Add a note',
    title: 'Internal note',
    field: 'Note',
    hint: 'For example: the owner expects us tomorrow morning',
    who: 'Seen by officers, grid workers and the unit in charge, never by the public.',
    send: 'Send',
    missing: 'Write the note',
  },
};
