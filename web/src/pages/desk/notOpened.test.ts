import { expect, test } from 'vitest';
import { ApiError } from '@/core/api/client';
import { notOpened } from './notOpened';

test('only a case that does not exist is called missing', () => {
  expect(notOpened('w-9', new ApiError(404, 'not found'), 'zh')).toBe('没有编号为 w-9 的事件，或您无权查看');
  expect(notOpened('w-9', new ApiError(404, 'not found'), 'en')).toMatch(/^There is no case w-9/);
});

test('without a network or with a failed server the text says so', () => {
  expect(notOpened('w-9', new ApiError(0, 'fetch failed'), 'zh')).toBe(
    '事件 w-9 未能打开：无法连接服务器，请检查网络后重试',
  );
  expect(notOpened('w-9', new ApiError(500, ''), 'en')).toBe(
    'The case w-9 could not be opened: The server failed. Try again later, and tell the administrator if it happens again',
  );
});
