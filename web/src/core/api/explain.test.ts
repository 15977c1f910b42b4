import { expect, test } from 'vitest';
import { ApiError } from './client';
import { explain, wrongFieldOf } from './explain';

test('a failure is told in the language of the page, with the server’s own words behind it', () => {
  const wrong = new ApiError(422, 'due_at: expected a moment to come.', {
    errors: [{ field: 'due_at', problem: 'expected a moment to come' }],
  });
  expect(wrongFieldOf(wrong)).toBe('due_at');
  expect(explain(wrong, 'zh')).toBe('「期限」填写的内容不合要求（due_at: expected a moment to come）');
  expect(explain(wrong, 'en')).toBe('due_at: expected a moment to come.');
  expect(explain(new ApiError(403, 'Only the unit may start.'), 'zh')).toBe(
    '您的账号没有权限做这件事（Only the unit may start）',
  );
});

test('what the network says of itself is not shown', () => {
  expect(explain(new ApiError(0, 'Failed to fetch'), 'zh')).toBe('连不上服务器，请检查网络后再试');
  expect(explain(new ApiError(0, 'Failed to fetch'), 'en')).not.toContain('fetch');
  expect(explain(new ApiError(500, 'The server failed.'), 'zh')).toMatch(/^服务器出错了/);
});
