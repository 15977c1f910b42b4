// What a page prints.
import type { Page } from 'playwright-core';
import { expect } from 'vitest';

/** The pages of a PDF as [width, height] in millimetres. */
export async function paper(page: Page): Promise<[number, number][]> {
  const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString('latin1');
  expect(pdf.startsWith('%PDF')).toBe(true);
  const sheets = pdf.match(/\/Type\s*\/Page\b/g) ?? [];
  const boxes = [...pdf.matchAll(/\/MediaBox\s*\[\s*0\s+0\s+([\d.]+)\s+([\d.]+)/g)];
  expect(boxes.length).toBe(sheets.length);
  const mm = (points: string | undefined): number => Math.round((Number(points) / 72) * 25.4);
  return boxes.map(([, width, height]) => [mm(width), mm(height)]);
}
