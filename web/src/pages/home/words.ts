// What the home page says, in both languages.
export const words = {
  zh: {
    title: '一张图',
    lead: '街道网格治理的一张图：楼栋、骑手友好道路、身边急救站、口袋公园、服务设施和预警。',
    demo: '这里显示的是合成的演示数据，并非真实事件。',
    pages: '页面',
    data: '图上有什么',
    empty: '地图还是空的。导入文件后，这里会列出数据：',
    error: '连不上服务器：',
    wall: ['大屏', '哪里红了，为什么，从何时起，轮到谁处置。'],
    signin: ['登录', '用访问令牌登录，查看所属角色的数据。'],
    docs: ['接口文档', '本机可离线浏览的 OpenAPI 文档。'],
    api: ['数据接口', 'OGC API – Features：GDAL、QGIS 可直接连接。'],
  },
  en: {
    title: 'One Map',
    lead: 'One map for grid governance: buildings, rider routes, first-aid stations, pocket parks, facilities and warnings.',
    demo: 'What you see here is synthetic demo data; none of it happened.',
    pages: 'Pages',
    data: 'On the map',
    empty: 'The map is still empty. Import a file, and its data is listed here:',
    error: 'The server is out of reach: ',
    wall: ['The wall', 'Where is it red, why, since when, and whose turn is it?'],
    signin: ['Sign in', 'With an access token, to see what your role may see.'],
    docs: ['API documents', 'The OpenAPI document, browsable without the internet.'],
    api: ['Data', 'OGC API – Features: connect GDAL or QGIS directly.'],
  },
};
