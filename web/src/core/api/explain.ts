// A failure in the words of the page's language. The server's own words, which are English, stand behind them where
// they say more than its status does.
import { lang, type Bilingual, type Lang } from '@/core/i18n/lang';
import { ApiError } from './client';

const byStatus: Record<number, Bilingual> = {
  0: { zh: '连不上服务器，请检查网络后再试', en: 'The server is out of reach; check the network and try again' },
  401: { zh: '登录已过期，请重新登录', en: 'You are signed out; sign in again' },
  403: { zh: '您的账号没有权限做这件事', en: 'Your account may not do this' },
  404: { zh: '没有找到，可能已被删除', en: 'It was not found; it may be gone' },
  409: { zh: '内容刚刚有了变化，请看过最新状态再办', en: 'It has just changed; look at how it stands now' },
  412: { zh: '内容刚刚有了变化，请看过最新状态再办', en: 'It has just changed; look at how it stands now' },
  413: { zh: '文件太大', en: 'The file is too large' },
  415: { zh: '不支持这种文件', en: 'Files of this kind are not taken' },
  429: { zh: '操作太频繁，请稍后再试', en: 'Too many requests; wait a little' },
  503: { zh: '服务器暂时不能写入，请稍后再试', en: "The server can't write just now; try again in a while" },
};
const refused: Bilingual = { zh: '服务器没有接受', en: 'The server did not accept it' };
const failed: Bilingual = {
  zh: '服务器出错了，请稍后再试；若持续如此，请联系管理员',
  en: 'The server failed; try again, and tell the administrator if it lasts',
};

/** What the fields of a step are called. */
const fields: Record<string, string> = {
  category: '类别',
  contact: '联系方式',
  due_at: '期限',
  geometry: '地点',
  building: '楼栋',
  hotline_number: '热线工单号',
  into: '并入的事件',
  match: '范围',
  note: '说明',
  photos: '照片',
  position: '位置',
  rating: '评分',
  reason: '理由',
  result: '核查结果',
  unit: '承办单位',
  until: '截止时间',
};

/** The first field that the server names as wrong. */
export function wrongFieldOf(error: ApiError): string {
  const errors: unknown = error.problem['errors'];
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined;
  const named = typeof first === 'object' && first !== null && 'field' in first ? first.field : '';
  return typeof named === 'string' ? named : '';
}

/** What went wrong and what to do, in one line. */
export function explain(error: unknown, in_: Lang = lang.value): string {
  if (!(error instanceof ApiError)) return error instanceof Error ? error.message : String(error);
  const { status, detail } = error;
  // What the network or a crash says of itself helps nobody.
  if (status === 0 || status === 500 || status === 502 || status === 504) return (byStatus[status] ?? failed)[in_];
  if (in_ === 'en') return detail || (byStatus[status] ?? refused).en;
  const field = wrongFieldOf(error);
  const said =
    byStatus[status]?.zh ??
    (field ? `「${fields[field.split('.')[0] ?? ''] ?? field}」填写的内容不合要求` : refused.zh);
  return detail ? `${said}（${detail.replace(/\.$/, '')}）` : said;
}
