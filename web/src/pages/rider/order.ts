// Parses the text of a delivery order. Only its address is sent to the server: names, telephone numbers and remarks are
// removed here, on the phone.

/** An address in the parts that are searched. */
export interface Address {
  /** The whole address, without personal data. */
  text: string;
  /** `text` without unit and room. */
  place: string;
  /** `place` without province, city, district, subdistrict and community. */
  local: string;
  unit: string | null;
  room: string | null;
  /** Whether the text was an order, from which everything except the address was removed. */
  stripped: boolean;
}

/** The surnames of about nine in ten people, and surnames of two characters. */
const SURNAME =
  '(?:欧阳|上官|司马|诸葛|司徒|东方|皇甫|尉迟|令狐|慕容|夏侯|端木|' +
  '[王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪' +
  '范金石廖贾夏韦付傅方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤常温康施文牛樊葛邢安齐易乔' +
  '伍庞颜倪庄聂章鲁岳翟殷詹申欧耿关兰焦俞左柳甘祝包宁尚符舒阮柯纪梅童凌毕单季裴霍涂成苗谷盛曲翁冉骆蓝路游辛靳管柴蒙])';

const HONORIFIC = '(?:先生|女士|小姐|太太|同学|老师|阿姨|叔叔|大姐|大哥|师傅)';

/** Characters that end the parts of an address. A name before a telephone number begins after the last of them. */
const MARK =
  '(?:街道|社区|小区|花园|家园|公寓|大厦|广场|中心|单元|室|号|楼|栋|幢|座|层|门|里|弄|巷|路|街|道|苑|园|城|庄|村|镇|乡|县|区|市|省|店|厅|院)';

/** Mobile and landline numbers, also with spaces, extensions and masked digits, and the numbers of privacy services. */
const PHONE =
  /(?:\+?86[-\s]?)?1[3-9]\d[-\s*]?[\d*]{4}[-\s*]?[\d*]{4}(?:\s*(?:转|[-_,，#])\s*\d{2,6})?|\(?0\d{2,3}\)?[-\s]\d{7,8}(?:\s*(?:转|-)\s*\d{1,6})?|(?:手机)?尾号[:：]?\s*\d{4}|转\s*\d{3,6}/g;

/** Labels of text that is not the address. */
const LABELLED_OTHER =
  /(?:收货人|收件人|联系人|联系电话|联系方式|手机号码?|电话|姓名|顾客|客户|备注|留言|口味|发票|订单号?|单号|取餐码|取货码|验证码|预计送达|期望送达|送达时间|下单时间|商品|餐品|合计|实付|金额|店铺|商家)\s*[:：]?/;

const LABELLED_ADDRESS =
  /^(?:\d+[.、])?\s*(?:收货地址|送餐地址|配送地址|详细地址|收件地址|所在地区|地址|送至|送到)\s*[:：]?\s*/;

const isAddressLike = new RegExp(`${MARK}|\\d\\s*[-－]\\s*\\d|^#?\\d{1,5}$|^[A-Za-z]座?$`, 'u');

/** Converts full-width digits and punctuation, as Chinese keyboards type them, to half width. */
const half = (text: string): string =>
  text
    .normalize('NFKC')
    .replace(/[－—–―]/g, '-')
    .replace(/[【】[\]]/g, ' ');

/** Removes names with a title, such as 李女士 or 王小明先生, also directly after the address without a space. */
function withoutHonorifics(text: string): string {
  return text.replace(new RegExp(`([\\p{Script=Han}]*?)(${HONORIFIC})(?:收|亲启)?`, 'gu'), (_, before: string) => {
    const cut = afterLastMark(before);
    return `${before.slice(0, cut)} `;
  });
}

/**
 * Returns the index after the last part of an address in a run of characters. A name at the end of the run begins
 * there.
 */
function afterLastMark(run: string): number {
  let cut = 0;
  for (const found of run.matchAll(new RegExp(MARK, 'gu'))) cut = found.index + found[0].length;
  return cut;
}

/** Removes a name next to a telephone number. Telephone numbers are already replaced by ☎. */
function withoutNames(text: string): string {
  const name = new RegExp(`^(?!.*(?:单元|[室号楼栋幢座层门])$)${SURNAME}[\\p{Script=Han}]{1,2}$`, 'u');
  return text
    .replace(/([\p{Script=Han}]+)([\s,，;；:：()（）/、]*)☎/gu, (whole, run: string) => {
      // The name is either a whole word or the end of a word that begins with the address.
      if (name.test(run)) return ' ☎';
      const cut = afterLastMark(run);
      return cut > 0 && run.length - cut >= 2 && name.test(run.slice(cut)) ? `${run.slice(0, cut)} ☎` : whole;
    })
    .replace(/(\d)([\p{Script=Han}]{2,4})\s*☎/gu, (whole, digit: string, run: string) =>
      name.test(run) ? `${digit} ☎` : whole,
    )
    .replace(
      /☎([\s,，;；:：()（）/、]*)([\p{Script=Han}]{2,4})(?=[\s,，;；:：()（）/、]|$)/gu,
      (whole, _, run: string) => (name.test(run) ? '☎ ' : whole),
    );
}

const UNIT_ROOM = [
  // 3号楼2单元501室, 3栋2门501
  /(?:(\d{1,2}|[一二三四五六七八九十]{1,3}|[A-Za-z])\s*(?:单元|门))\s*-?\s*(?:(\d{3,4})\s*(?:室|号|房)?)?$/u,
  // 3号楼501室
  /(?<=[楼栋幢座]\s*)()(\d{3,4})\s*(?:室|号|房)?$/u,
  // 3-2-501
  /(?<=\d)-(\d{1,2})-(\d{3,4})\s*(?:室|号|房)?$/u,
] as const;

/** Returns the address in a text, with its unit and room. */
export function addressOf(raw: string): Address {
  const plain = half(raw);
  const isOrder =
    new RegExp(PHONE.source).test(plain) ||
    new RegExp(HONORIFIC).test(plain) ||
    LABELLED_OTHER.test(plain) ||
    /[\r\n]/.test(plain.trim());
  const text = isOrder ? addressWithin(plain) : plain.replace(/\s+/g, ' ').trim();
  for (const pattern of UNIT_ROOM) {
    const found = pattern.exec(text);
    if (!found) continue;
    const place = text.slice(0, found.index).trim();
    if (place === '') break;
    return { text, place, local: localOf(place), unit: number(found[1]), room: found[2] ?? null, stripped: isOrder };
  }
  return { text, place: text, local: localOf(text), unit: null, room: null, stripped: isOrder };
}

/** Removes the areas before the name of a compound. 区 in 小区 and 社区 does not end the name of an area. */
const localOf = (place: string): string =>
  place.replace(/^.*(?:街道|社区|[省市县镇乡]|(?<![小社])区)(?=\p{Script=Han}*\s*[\p{Script=Han}\d#])/u, '').trim() ||
  place;

/** Returns the parts of an order's text that look like an address, or an empty text if none does. */
function addressWithin(plain: string): string {
  const kept: string[] = [];
  for (const line of plain.split(/[\r\n]+/)) {
    let rest = line.trim();
    const label = LABELLED_ADDRESS.exec(rest);
    if (label) rest = rest.slice(label[0].length);
    const other = LABELLED_OTHER.exec(rest);
    if (other) {
      const before = rest.slice(0, other.index);
      const after = rest.slice(other.index + other[0].length);
      const again = /(?:收货地址|送餐地址|配送地址|详细地址|地址)\s*[:：]?\s*(.*)$/.exec(after);
      rest = `${before} ${again?.[1] ?? ''}`;
    }
    rest = withoutNames(withoutHonorifics(rest.replace(PHONE, '☎'))).replaceAll('☎', ' ');
    const parts = rest.split(/[\s,，;；。()（）/、|]+/).filter((part) => part !== '');
    kept.push(...parts.filter((part) => isAddressLike.test(part)));
  }
  return kept.join(' ').trim();
}

const DIGITS = '零一二三四五六七八九';

/**
 * Converts Chinese numerals to digits: 二 to 2, 十二 to 12. Letters and digits do not change. Returns null for an empty
 * text.
 */
function number(text: string | undefined): string | null {
  if (!text) return null;
  if (!/[一二三四五六七八九十]/.test(text)) return text;
  const [tens, ones] = text.includes('十') ? text.split('十') : [null, text];
  const ten = tens === null ? 0 : tens === '' ? 1 : DIGITS.indexOf(tens ?? '');
  return String(ten * 10 + (ones ? DIGITS.indexOf(ones) : 0));
}
