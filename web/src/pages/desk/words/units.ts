// The words of the desk for the choice of the unit in charge.
export const unitWords = {
  zh: {
    loading: '正在比选承办单位',
    failed: '推荐单位载入失败：',
    responsible: '责任单位',
    best: '推荐',
    notCompetent: '不负责此类事件',
    more: (n: number) => `显示其余 ${n} 个单位`,
    unverified: (source: string) => `权责清单：${source}`,
    otherWhy: '派遣至其他单位的理由',
    bulkWhy: (place: string) => `派遣至其他单位的理由：${place}`,
  },
  en: {
    loading: 'Comparing units',
    failed: 'The suggested units could not be loaded: ',
    responsible: 'Responsible',
    best: 'Suggested',
    notCompetent: 'not responsible for this category',
    more: (n: number) => `Show ${n} other units`,
    unverified: (source: string) => `List of responsibilities: ${source}`,
    otherWhy: 'Why another unit',
    bulkWhy: (place: string) => `Why another unit: ${place}`,
  },
};
