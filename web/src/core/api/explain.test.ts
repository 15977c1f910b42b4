import { expect, test } from 'vitest';
import { ApiError } from './client';
import { explain, wrongFieldOf } from './explain';

test('the text of the server is shown unchanged', () => {
  const wrong = new ApiError(422, '期限：应为将来的时间。', {
    errors: [{ field: 'due_at', problem: '应为将来的时间' }],
  });
  expect(wrongFieldOf(wrong)).toBe('due_at');
  expect(explain(wrong, 'zh')).toBe('期限：应为将来的时间。');
  expect(explain(new ApiError(403, 'Only the unit may start.'), 'en')).toBe('Only the unit may start.');
  expect(explain(new ApiError(403, ''), 'zh')).toMatch(/^服务器没有接受/);
});

test('texts of network failures are not shown', () => {
  expect(explain(new ApiError(0, 'Failed to fetch'), 'zh')).toBe('无法连接服务器，请检查网络后重试');
  expect(explain(new ApiError(0, 'Failed to fetch'), 'en')).not.toContain('fetch');
  expect(explain(new ApiError(500, 'The server failed.'), 'zh')).toMatch(/^服务器出错/);
});
