// Turns an error into a text in the language of the page: the text of the server, or a general text if the
// server sent none that helps.
import { lang, type Bilingual, type Lang } from '@/core/i18n/lang';
import { ApiError } from './client';

const offline: Bilingual = {
  zh: '无法连接服务器，请检查网络后重试',
  en: 'The server cannot be reached. Check the network, then try again',
};
const failed: Bilingual = {
  zh: '服务器出错，请稍后重试；如多次出现，请联系系统管理员',
  en: 'The server failed. Try again later, and tell the administrator if it happens again',
};
const refused: Bilingual = {
  zh: '服务器没有接受此操作，也未说明原因。请联系系统管理员',
  en: 'The server refused the request without a reason. Tell the administrator',
};

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
  // The original texts of network failures and server errors do not help the user.
  if (status === 0) return offline[in_];
  if (status === 500 || status === 502 || status === 504) return failed[in_];
  return detail || refused[in_];
}
