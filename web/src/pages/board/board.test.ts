// @vitest-environment happy-dom
import { expect, test } from 'vitest';
import { isLocal, readBoard } from './board';

const svg = `<svg xmlns="http://www.w3.org/2000/svg">
  <g data-label="gate" data-gate="b" data-name="北门"></g><g data-label="gate" data-gate="a&amp;1" data-name="东门"></g>
  <g data-qr="https://map.example/rider"></g></svg>`;

test('the gates and the address are read from the board', () => {
  const board = readBoard(svg);
  expect(board.gates).toEqual([
    { id: 'b', name: '北门' },
    { id: 'a&1', name: '东门' },
  ]);
  expect(board.opens).toBe('https://map.example/rider');
});

test('an address on this computer is recognised', () => {
  for (const url of ['http://localhost:8080/rider', 'http://127.0.0.1/rider', 'http://[::1]:1/rider']) {
    expect(isLocal(url)).toBe(true);
  }
  for (const url of ['https://map.example/rider', 'http://10.0.0.5:8080/rider', '']) expect(isLocal(url)).toBe(false);
});
