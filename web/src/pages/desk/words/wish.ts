// The words of the desk for micro-wishes (微心愿) and their text on the public board.
export const wishWords = {
  zh: {
    field: '公示内容（对外公开，限 200 字）',
    hint: '例如：为一位老人更换厨房灯管',
    warning: '请用您自己的话写。不写姓名、电话、楼栋门牌、病情，不照抄居民原话，让邻居看不出是谁。',
    optional: '可以先不填，立案后再公示；不公示的心愿，由值班员派遣。',
    takeDown: '撤下公示',
    shown: '公示内容',
    unpublished: '未公示',
    published: (text: string) => `公示：${text}`,
    tookDown: '已撤下公示内容',
    place: '地点（不公开）',
  },
  en: {
    field: 'Text on the public board (at most 200 characters)',
    hint: 'For example: change the kitchen lamp of an old person',
    warning:
      'Use your own words. No name, telephone, building or illness, and not the words of the resident: neighbours must not recognise who it is.',
    optional: 'You may leave it empty and publish later. A wish that is not published is dispatched by the duty room.',
    takeDown: 'Take it down',
    shown: 'Public text',
    unpublished: 'Not published',
    published: (text: string) => `Public text: ${text}`,
    tookDown: 'The public text was taken down',
    place: 'Where (not public)',
  },
};
