// Why the case in the address of the page is not shown.
import { ApiError } from '@/core/api/client';
import { explain } from '@/core/api/explain';
import { lang, type Lang } from '@/core/i18n/lang';
import { words } from './words';

export function notOpened(id: string, error: unknown, in_: Lang = lang.value): string {
  const w = words[in_];
  const isMissing = error instanceof ApiError && error.status === 404;
  return isMissing ? w.noSuchCase(id) : w.caseNotOpened(id, explain(error, in_));
}
