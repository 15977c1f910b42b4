// Removes personal data from the text of a delivery order and keeps the address. A page sends only this address, so
// that no name, telephone number or note leaves the phone. src/access/directory/order.rs has the same rules; both must
// pass the cases of tests/support/order_texts.json.

/** The most characters of a text that are parsed. The server refuses longer queries. */
const MOST = 600;
/** Titles that follow the name of a person. */
const TITLES = '先生 女士 小姐 太太 老师 老師 同学 同學 阿姨 叔叔 师傅 師傅 大哥'.split(' ');
/** Labels before personal data. The data ends at the end of the line or at the next punctuation mark. */
const PERSONAL = (
  '收货人 收貨人 收件人 联系人 聯繫人 聯絡人 取件人 姓名 联系电话 手机号码 手機號碼 手机号 手機號 手机 手機 ' +
  '电话 電話 顾客 顧客 订单编号 訂單編號 订单号 訂單號 取餐码'
).split(' ');
/** Labels before a note. The note ends at the end of the line. */
const NOTES =
  '备注 備註 留言 口味 发票 發票 商品 合计 合計 实付 實付 总计 總計 预计送达 預計送達 期望送达 期望送達 下单时间 下單時間'.split(
    ' ',
  );
/** Labels before an address. Only the label is removed. */
const ADDRESS = '收货地址 收貨地址 配送地址 送货地址 送貨地址 收件地址 详细地址 詳細地址 地址 送至'.split(' ');
/** Characters that end a part of an address. A name may follow directly: 2单元李小明先生. */
const ENDS = '元室号號楼樓栋棟幢座层層门門';
/** The label of the last four digits of a telephone number. */
const LAST_DIGITS = ['尾号', '尾號'];
/** The most characters of a name without a title. */
const LONGEST_NAME = 4;

const isHan = (c: string | undefined): boolean => c !== undefined && c >= '\u3400' && c <= '\u9fff';
const isDigit = (c: string | undefined): boolean => c !== undefined && c >= '0' && c <= '9';
/** Whether a character is a digit or a word that follows the number of a house or building. */
const isNumber = (c: string): boolean => isDigit(c) || '号號栋棟幢座'.includes(c);
/** Whether the length of a run of characters is that of a name. */
const isName = (from: number, to: number): boolean => to - from >= 2 && to - from <= LONGEST_NAME;
/** Whether a character ends the data after a label. */
const isStop = (c: string): boolean => '\n,;，；。|'.includes(c);
const isSpace = (c: string): boolean => /\s/.test(c) || isStop(c) || ':()[]、'.includes(c);

/** Converts a character to half-width. Line breaks become `\n`. */
function plain(c: string): string {
  if (c === '\n' || c === '\r') return '\n';
  if (c >= '！' && c <= '～') return String.fromCharCode(c.charCodeAt(0) - 0xfee0);
  return /[\s]/.test(c) ? ' ' : /[—–―−]/.test(c) ? '-' : c;
}

class Order {
  private readonly text: string[];
  private readonly plain: string[];
  private readonly gone: boolean[];
  private readonly telephones: number[] = [];

  constructor(text: string) {
    this.text = [...text.trim()].slice(0, MOST);
    this.plain = this.text.map(plain);
    this.gone = this.text.map(() => false);
  }

  private has(at: number, word: string): boolean {
    return [...word].every((c, i) => this.plain[at + i] === c);
  }

  private remove(from: number, to: number): void {
    this.gone.fill(true, from, to);
  }

  /** Returns the index after the run of characters from `from` for which the condition is true. */
  private end(from: number, holds: (c: string) => boolean): number {
    let at = from;
    for (let c = this.plain[at]; c !== undefined && holds(c); c = this.plain[at]) at += 1;
    return at;
  }

  /** Counts how many characters in a row satisfy `holds` and end directly before the index `at`. */
  private before(at: number, holds: (c: string) => boolean): number {
    let count = 0;
    for (let c = this.plain[at - 1]; c !== undefined && holds(c); c = this.plain[at - count - 1]) count += 1;
    return count;
  }

  labelled(): void {
    for (let at = 0; at < this.plain.length;) {
      const starts = (words: string[]): string | undefined => words.find((word) => this.has(at, word));
      const [personal, note, address] = [starts(PERSONAL), starts(NOTES), starts(ADDRESS)];
      const word = personal ?? note ?? address;
      if (!word) {
        at += 1;
        continue;
      }
      const behind = at + word.length;
      const value = this.end(behind, (c) => c === ':' || c === ' ');
      let end = value;
      // A word is a label only if a colon or a space follows it: 电话局 is a place.
      if (value === behind) end = at;
      else if (note) end = this.end(value, (c) => c !== '\n');
      else if (personal) end = this.end(value, (c) => !isStop(c));
      this.remove(at, end);
      at = Math.max(end, at + 1);
    }
  }

  numbers(): void {
    for (let at = 0; at < this.plain.length; at += 1) {
      const end = this.lastDigits(at);
      if (end !== null) this.remove(at, end);
    }
    for (let at = 0; at < this.plain.length;) {
      const end = isDigit(this.plain[at - 1]) ? null : this.telephone(at);
      if (end === null) {
        at += 1;
        continue;
      }
      this.remove(at, end);
      this.telephones.push(at);
      at = end;
    }
  }

  /**
   * Returns the index after the telephone number that begins at `from` and its extension, or null if none begins there.
   */
  private telephone(from: number): number | null {
    const prefix = ['+86', '86'].find((p) => this.has(from, p));
    const at = prefix ? this.end(from + prefix.length, (c) => c === ' ' || c === '-') : from;
    const end = this.mobile(at) ?? this.landline(from);
    return end === null || isDigit(this.plain[end]) ? null : this.extension(end);
  }

  /** Returns the index after the last four digits of a telephone number whose label begins at `from`: 手机尾号1234. */
  private lastDigits(from: number): number | null {
    const label = from + (this.has(from, '手机') || this.has(from, '手機') ? 2 : 0);
    if (!LAST_DIGITS.some((word) => this.has(label, word))) return null;
    const value = this.end(label + 2, (c) => c === ':' || c === ' ');
    const end = this.end(value, isDigit);
    return end - value === 4 ? end : null;
  }

  /**
   * Returns where a name begins in a run of Chinese characters: after the last character that ends a part of an
   * address.
   */
  private nameWithin(from: number, to: number): number {
    for (let at = to; at > from; at -= 1) if (ENDS.includes(this.plain[at - 1] ?? ' ')) return at;
    return from;
  }

  private mobile(from: number): number | null {
    const second = this.plain[from + 1] ?? '';
    if (this.plain[from] !== '1' || second < '3' || second > '9') return null;
    let at = from;
    for (let count = 0; count < 11; at += 1) {
      const c = this.plain[at];
      if (isDigit(c) || c === '*') count += 1;
      else if (!((c === ' ' || c === '-') && (count === 3 || count === 7))) return null;
    }
    return at;
  }

  private landline(from: number): number | null {
    if (this.plain[from] !== '0') return null;
    const area = this.end(from, isDigit);
    const dash = this.plain[area] === '-' && area - from >= 3 && area - from <= 4;
    const end = dash ? this.end(area + 1, isDigit) : area;
    const digits = end - from - (dash ? 1 : 0);
    return digits >= 10 && digits <= 12 ? end : null;
  }

  private extension(end: number): number {
    const at = this.end(end, (c) => c === ' ');
    if (!['转', '轉', '-'].includes(this.plain[at] ?? '')) return end;
    const digits = this.end(at + 1, (c) => c === ' ');
    const last = this.end(digits, isDigit);
    return last > digits ? last : end;
  }

  titled(): void {
    for (let at = 0; at < this.plain.length; at += 1) {
      const title = TITLES.find((t) => this.has(at, t));
      if (!title) continue;
      const end = at + title.length;
      const next = this.plain[end];
      // A title before another Chinese character is part of another name, such as the shop
      // 老师傅修鞋.
      if (isHan(next) && next !== '收') continue;
      const run = this.before(at, isHan);
      const first = this.nameWithin(at - run, at);
      // Characters before the title that are too many for a name contain an address too. Then only
      // the last one, the family name, is removed.
      const longest = first + run === at ? LONGEST_NAME - 1 : LONGEST_NAME;
      this.remove(at - (at - first <= longest ? at - first : 1), end);
    }
  }

  /** Removes names without a title: short words next to a telephone number, if the address is elsewhere in the text. */
  names(): void {
    for (const telephone of this.telephones) {
      const end = this.end(telephone, (c) => !isHan(c));
      const behind = this.end(end, isHan);
      const after = this.plain[behind];
      const isApartBehind = this.plain.slice(telephone, end).every((c, i) => this.gone[telephone + i] || isSpace(c));
      if (
        this.hasNumber(0, telephone) &&
        (after === undefined || isSpace(after)) &&
        isName(end, behind) &&
        isApartBehind
      )
        this.remove(end, behind);
      const last = telephone - this.before(telephone, isSpace);
      const run = last - this.before(last, isHan);
      const first = this.nameWithin(run, last);
      // A name follows a space, a number, or the end of a part of the address.
      const isApart =
        first > run || first === 0 || isSpace(this.plain[first - 1] ?? ' ') || isDigit(this.plain[first - 1]);
      const hasOther = this.hasNumber(0, first) || this.hasNumber(last, this.plain.length);
      if (isApart && hasOther && isName(first, last)) this.remove(first, last);
    }
  }

  /** Returns whether a number of an address is left between two indexes. */
  private hasNumber(from: number, to: number): boolean {
    return this.plain.slice(from, to).some((c, i) => !this.gone[from + i] && isNumber(c));
  }

  left(): string {
    const kept = this.text.map((c, i) => (this.gone[i] ? ' ' : c));
    return kept.join('').replace(/\s+/gu, ' ').trim();
  }
}

/** Removes telephone numbers, names of people, order numbers and notes from a text, and joins the rest to one line. */
export function addressOnly(text: string): string {
  const order = new Order(text);
  order.labelled();
  order.numbers();
  order.titled();
  order.names();
  return order.left();
}
