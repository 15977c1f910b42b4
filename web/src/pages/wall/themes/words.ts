// The words of the view of themes, in both languages.
export const wallThemeWords = {
  zh: {
    loading: '正在读取专题',
    failed: '专题暂时无法读取，正在自动重试',
    old: '未能更新，以上为此前的数字',
    ranking: (area: string) => `最需关注的${area}`,
    more: (n: string) => `另有 ${n} 个`,
    open: '未结预警',
    afterRed: '新的红色预警显示完后切换到十彩民情图',
    areas: (title: string) => `${title}：各区域的数值`,
    value: '数值',
    class: '分级',
    beside: '并列的专题',
  },
  en: {
    loading: 'Loading the themes',
    failed: 'The themes cannot be read now; trying again',
    old: 'Not updated; these are the figures from before',
    ranking: (area: string) => `${area}: most attention needed`,
    more: (n: string) => `${n} more`,
    open: 'Open warnings',
    afterRed: 'The themes are shown after the new red warning',
    areas: (title: string) => `${title}: the values of the areas`,
    value: 'Value',
    class: 'Class',
    beside: 'The theme beside',
  },
};
