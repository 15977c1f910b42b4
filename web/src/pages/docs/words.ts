// The words around the API documentation, in both languages.
export const words = {
  zh: { title: '接口文档', lead: '每条路径都可以在这里直接试用。原始文档：', failed: '文档无法显示：' },
  en: {
    title: 'API documents',
    lead: 'Every path can be tried from here. The document itself:',
    failed: 'The documents cannot be shown: ',
  },
};
