// Which pages a person may use. The server decides what each page may read and write; this list keeps people from
// pages that would only tell them so.
import type { Session } from '@/core/api/types';

export type PageName =
  'desk' | 'field' | 'planner' | 'accounts' | 'wall' | 'report' | 'rider' | 'board' | 'card' | 'records';

/** The pages in the order of the home page: the work of the person first, then what is open to everybody. */
export function pagesFor({ roles, read_only }: Pick<Session, 'roles' | 'read_only'>): PageName[] {
  const isAny = (...wanted: string[]): boolean => [...wanted, 'admin'].some((role) => roles.includes(role as never));
  const isOfficer = isAny('officer');
  const work: [PageName, boolean][] = [
    ['desk', isOfficer],
    ['field', isAny('grid_worker', 'unit') && !read_only],
    ['desk', isAny('grid_worker', 'unit') && !isOfficer],
    ['planner', isAny('planner') && !read_only],
    ['records', isAny('officer', 'steward') && !read_only],
    ['accounts', isAny('officer') && !read_only],
  ];
  const open: PageName[] = roles.includes('rider')
    ? ['rider', 'report', 'wall', 'card', 'board']
    : ['wall', 'report', 'rider', 'card', 'board'];
  return [...work.filter(([, may]) => may).map(([page]) => page), ...open];
}
