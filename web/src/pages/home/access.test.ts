import { expect, test } from 'vitest';
import type { Session } from '@/core/api/types';
import { pagesFor } from './access';

const pages = (roles: string[], read_only = false): string =>
  pagesFor({ roles: roles as Session['roles'], read_only }).join(' ');

test('everybody sees the public pages, and staff first those of their work', () => {
  expect(pages(['public'])).toBe('wall report rider card board');
  expect(pages(['rider'])).toBe('rider report wall card board');
  expect(pages(['unit'])).toBe('field desk wall report rider card board');
  expect(pages(['grid_worker'])).toBe('field desk wall report rider card board');
  expect(pages(['officer'])).toBe('desk records accounts wall report rider card board');
  expect(pages(['planner'])).toBe('planner wall report rider card board');
  expect(pages(['steward'])).toBe('records wall report rider card board');
  expect(pages(['officer', 'planner'])).toBe('desk planner records accounts wall report rider card board');
  expect(pages(['admin'])).toBe('desk field planner records accounts wall report rider card board');
});

test('a read-only account, such as that of a screen, sees no page that writes', () => {
  expect(pages(['officer'], true)).toBe('desk wall report rider card board');
  expect(pages(['planner'], true)).toBe('wall report rider card board');
});
