// Turns an error into a text in the language of the page: the text of the server, or a general text if the
// server sent none that helps.
import { lang, type Bilingual, type Lang } from '@/core/i18n/lang';
import { ApiError } from './client';

const offline: Bilingual = {
  zh: '连不上服务器，请检查网络后再试',
  en: 'The server cannot be reached. Check the network and try again',
};
const failed: Bilingual = {
  zh: '服务器出错了，请稍后再试；若持续如此，请联系管理员',
  en: 'The server failed; try again, and tell the administrator if it lasts',
};
const refused: Bilingual = { zh: '服务器没有接受', en: 'The server did not accept it' };

/** The first field that the server reports as wrong. */
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
  // The texts of network failures and crashes do not help people.
  if (status === 0) return offline[in_];
  if (status === 500 || status === 502 || status === 504) return failed[in_];
  return detail || refused[in_];
}
