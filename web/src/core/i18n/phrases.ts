// Where a Chinese text may be broken into lines. Browsers break it after any character, even inside words such as 上报
// or 13号楼, which reads badly on signs and screens with short lines.

/** The longest piece that is kept together because of single characters in it. */
const LONGEST = 8;

const HAN = /\p{Script=Han}/u;
const DIGIT = /[0-9A-Za-z]/;
/** Characters after which a number belongs to the same word: 第3次, 已满3天. */
const BEFORE_NUMBER = /[第满约共近前每已-]$/;

const segmenter =
  typeof Intl !== 'undefined' && 'Segmenter' in Intl ? new Intl.Segmenter('zh', { granularity: 'word' }) : null;

/** The pieces of the texts that were asked for last. */
const kept = new Map<string, readonly string[]>();
const MOST_KEPT = 500;

/**
 * Splits a text into pieces; lines may be broken between any two of them. Texts without Chinese characters are one
 * piece, because browsers break them at spaces. The dictionaries of browsers do not know names such as 果园里, which
 * they split into single characters; so a single character stays with its neighbours.
 */
export function phrases(text: string): readonly string[] {
  const known = kept.get(text);
  if (known) return known;
  const found = segmenter && HAN.test(text) ? split(text, segmenter) : [text];
  if (kept.size >= MOST_KEPT) kept.clear();
  kept.set(text, found);
  return found;
}

function split(text: string, by: Intl.Segmenter): string[] {
  const pieces: string[] = [];
  let wasSingle = false;
  for (const { segment } of by.segment(text)) {
    const before = pieces.at(-1);
    const isSingle = HAN.test(segment) && segment.length === 1;
    if (before === undefined || !mayBreak(before, segment, wasSingle || isSingle))
      pieces.push((pieces.pop() ?? '') + segment);
    else pieces.push(segment);
    wasSingle = isSingle;
  }
  return pieces;
}

/** Whether a line may be broken between a piece and the next segment. */
function mayBreak(before: string, next: string, isSingle: boolean): boolean {
  const [last, first] = [before.at(-1) ?? '', next.at(0) ?? ''];
  // A number starts a piece and belongs to the unit behind it.
  if (DIGIT.test(first)) return HAN.test(last) && !BEFORE_NUMBER.test(before);
  if (DIGIT.test(last)) return false;
  if (HAN.test(last) && HAN.test(first)) {
    const length = (/\S*$/.exec(before)?.[0].length ?? 0) + next.length;
    return !isSingle || next === '第' || length > LONGEST;
  }
  // Behind a comma; never before one, and neither before nor behind brackets and spaces, where browsers know the rules.
  return HAN.test(first) && /[，。；、：]/u.test(last);
}
