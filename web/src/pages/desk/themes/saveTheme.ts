// Saves a thematic map as an XLSX file on the device of the person.
import { pick, type Lang } from '@/core/i18n/lang';
import type { ThemeMap } from '@/core/themes/client';
import { sheetsOf } from '@/core/themes/themeSheet';
import { save } from '../csvFile';
import { deskThemeWords } from './words';

export async function saveTheme(
  map: ThemeMap,
  about: { map: string; name: (id: string) => string },
  lang: Lang,
): Promise<void> {
  const { xlsx } = await import('@/core/sheet/xlsx');
  const file = await xlsx(sheetsOf(map, { ...about, madeAt: new Date() }, lang));
  const day = (map.period?.until ?? map.at).slice(0, 10);
  save(file, `${deskThemeWords[lang].file(pick(map.title, lang), day)}.xlsx`);
}
