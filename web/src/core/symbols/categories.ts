// The pictures of the warning categories, drawn like the other symbols: 24 px grid, one solid path each. They
// can be recognised without reading.

const pictures: Record<string, string> = {
  /** 占道经营: a stall with its awning in the way. */
  street_encroachment:
    'M3 3h18l1.5 6a3 3 0 0 1-2.5 2.9V21h-2v-3H6v3H4v-9.1A3 3 0 0 1 1.5 9z' +
    'm3 9v4h12v-4c-1 0-1.8-.4-2.5-1-.6.6-1.5 1-2.5 1s-1.9-.4-2.5-1c-.6.6-1.5 1-2.5 1S8 11.6 7.4 11' +
    'c-.4.6-.9.9-1.4 1z',
  /** 楼道堆物: boxes piled up. */
  corridor_clutter: 'M8 2h8v8H8zm2.8 0v2.5h2.4V2zM2 12h9v10H2zm3.3 0v2.8h2.4V12zM13 12h9v10h-9zm3.3 0v2.8h2.4V12z',
  /** 飞线充电: a cable out of a window, down to a plug. */
  flying_wire_charging:
    'M2 2h9v9H2zm2 2v2h1.5V4zm3.5 0v2H9V4zM4 7.5V9h1.5V7.5zm3.5 0V9H9V7.5z' +
    'M12.5 5H14c3.5 0 5 2 5 5v2h-2v-2c0-2-.9-3-3-3h-1.5z' +
    'M14 13h8v3.5c0 1.8-1.2 3.1-3 3.4V22h-2v-2.1c-1.8-.3-3-1.6-3-3.4zM5.5 12.5h4L8 16h2.5L6 22l.9-4.3H4z',
  /** 道路阻断: a barrier across the road. */
  blocked_route:
    'M2 6h20v8h-3v7h-2.5v-7h-9v7H5v-7H2zm2.5 2v4h1.3l2.7-4zm6.7 0-2.7 4h2.9l2.7-4zm5.6 0-2.7 4h2.9l2.5-3.7V8z',
  /** 出入口信息有误: a door with a question. */
  wrong_access:
    'M3 2h12v6h-2V4H5v16h5v2H3zM9 11h2v3H9z' +
    'M17.5 9.5c2.6 0 4.5 1.7 4.5 4 0 1.7-.9 2.6-2 3.4-.8.6-1.2.9-1.2 1.9h-2.6c0-2.2 1-3.1 2-3.9.8-.6 1.2-.9' +
    ' 1.2-1.5 0-.8-.7-1.5-1.9-1.5s-2 .8-2 1.9h-2.6c0-2.5 1.9-4.3 4.6-4.3z' +
    'M16.1 20h2.8v2.5h-2.8z',
  /** 设施损坏: a broken street lamp. */
  damaged_facility:
    'M4 22v-2h2V7c0-3 2-5 5-5h2c2 0 3.5 1 4.5 2.5L21 7l-7 4-1.5-2.6 1.7-1C13.7 5.7 13.3 5 12 5h-1c-1.3 0-2' +
    ' .7-2 2v13h2v2z' +
    'm12.5-10.5L19 14l-2 1.5 3 1.5-2 4.5.5-3.5-3.5-1.5 2-2z',
  /** 微心愿: a heart. */
  micro_wish:
    'M12 21.5 3.2 12.6a5.7 5.7 0 0 1 0-8.1 5.7 5.7 0 0 1 8 0l.8.8.8-.8a5.7 5.7 0 0 1 8 0 5.7 5.7 0 0 1 0 8.1z',
  /** Any other category. */
  other:
    'M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zM7 10.3a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4z' +
    'm5 0a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4zm5 0a1.7 1.7 0 1 0 0 3.4 1.7 1.7 0 0 0 0-3.4z',
};

/** The categories with their own picture. */
export const picturedCategories: readonly string[] = Object.keys(pictures);

/** The category whose picture is used for this one. */
export const pictured = (category: string | undefined): string =>
  category !== undefined && category in pictures ? category : 'other';

/** The path of a category's picture. Categories that rules.toml adds use the picture of `other`. */
export const categoryPicture = (category: string): string => pictures[category] ?? pictures['other'] ?? '';
