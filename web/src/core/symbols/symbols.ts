// The set of symbols: 24 px grid, solid shapes with gaps of 2 px, readable at 16 px. Each is the `d` of one
// path, filled evenodd, so that pages and maps use the same drawing.

export const symbols = {
  /** 身边急救站: the first-aid cross. */
  first_aid: 'M9.5 3h5v6.5H21v5h-6.5V21h-5v-6.5H3v-5h6.5z',
  /** 口袋公园: a leaf with its rib. */
  leaf:
    'M20.5 3.2c.9 8.6-1.6 15.4-8.6 16.2-2 .2-3.8-.3-5.2-1.2L4.4 21 3 19.6l2.3-2.5c-1-1.5-1.4-3.3-1.1-5.2C5.2' +
    ' 5.3 12.3 3.7 20.5 3.2z' +
    'M8 16.4c3.2-2.7 5.6-5.7 7.6-9.2-3.4 2.1-6.4 4.8-8.9 7.9.3.5.7.9 1.3 1.3z',
  /** 换电柜: a battery with a bolt. */
  battery_swap:
    'M9 2h6v2h2.5c.8 0 1.5.7 1.5 1.5v15c0 .8-.7 1.5-1.5 1.5h-11c-.8 0-1.5-.7-1.5-1.5v-15C5 4.7 5.7 4 6.5 4H9zm4 5-5 7h3.2l-.7 5 5.5-7h-3.5z',
  /** 百宝箱: a toolbox. */
  toolbox:
    'M8 4h8v3h4.5c.8 0 1.5.7 1.5 1.5V12h-6v-1.5h-3V12h-2v-1.5H8V12H2V8.5C2 7.7 2.7 7 3.5 7H8zm2 2v1h4V6z' +
    'M2 14h6v1.5h3V14h2v1.5h3V14h6v5.5c0 .8-.7 1.5-1.5 1.5h-17c-.8 0-1.5-.7-1.5-1.5z',
  /** 驿站: a cup with steam. */
  rest_stop:
    'M3 10h14v1h1.5a3.5 3.5 0 0 1 0 7h-2c-1 1.9-3 3-5.5 3H9c-3.5 0-6-2.5-6-6zm14 3v3h1.5a1.5 1.5 0 0 0 0-3z' +
    'M7 8c-1-2 1-3 0-5h2c1 2-1 3 0 5zm4 0c-1-2 1-3 0-5h2c1 2-1 3 0 5z',
  /** 交接点: a bag that is handed over. */
  handover: 'M3 9h5V6a4 4 0 0 1 8 0v3h5v12H3zm7 0h4V6a2 2 0 0 0-4 0zm-3 5v2h6v2.5l4.5-3.5-4.5-3.5V14z',
  /** 公共厕所: two figures. */
  toilet:
    'M7 2a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM4 7h6v8H8.5v7h-3v-7H4zM11.5 2h1v20h-1zM17 2a2 2 0 1 1 0 4 2 2 0 0 1 0-4zm-1.8 5h3.6l2.4 8h-2.4v7h-3.6v-7h-2.4z',
  /** 停车点: the letter P. */
  parking: 'M6.5 3h6.8a5.7 5.7 0 0 1 0 11.4H10V21H6.5zM10 6.3v4.8h3.1a2.4 2.4 0 0 0 0-4.8z',
  /** 充电点: a plug. */
  charging: 'M8 2h2.2v5h3.6V2H16v5h2.5v3.5c0 3.2-2.2 5.8-5.4 6.3V22h-2.2v-5.2c-3.2-.5-5.4-3.1-5.4-6.3V7H8z',
  /** 党群服务中心: a house with an open hall. */
  party_service_centre: 'M12 2 23 10.5l-1.4 1.7L20 11v10h-6v-6h-4v6H4V11l-1.6 1.2L1 10.5z',
  /** 调解室: two people speaking. */
  mediation_room:
    'M3 3h11c.6 0 1 .4 1 1v8c0 .6-.4 1-1 1H8l-4 3.5V13H3c-.6 0-1-.4-1-1V4c0-.6.4-1 1-1z' +
    'm14 5h4c.6 0 1 .4 1 1v8c0 .6-.4 1-1 1h-1v3.5L16 18h-5c-.6 0-1-.4-1-1v-2h6c.6 0 1-.4 1-1z',
  /** 议事亭: a pavilion. */
  discussion_pavilion:
    'M11 2h2v2.5c2 2.5 5 4.2 9 5V11.5h-2.5V19H22v2H2v-2h2.5v-7.5H2V9.5c4-.8 7-2.5 9-5zM7 11.5V19h3.5v-7.5zm6.5 0V19H17v-7.5z',
  /** An open gate. */
  gate_open: 'M3 3h3v18H3zm15 0h3v18h-3zM8 5l4 1.5v11L8 19zm8 0v14l-2.5-1V6z',
  /** A closed gate. */
  gate_shut: 'M3 3h3v18H3zm15 0h3v18h-3zM7.5 5H9v14H7.5zm3 0H12v14h-1.5zm3 0H15v14h-1.5zM6 8h12v1.8H6zm0 6h12v1.8H6z',
  /** A gate that may be open or closed: nobody knows. */
  gate_unknown:
    'M3 3h3v18H3zm15 0h3v18h-3z' +
    'M12 5c2.3 0 4 1.4 4 3.5 0 1.5-.8 2.4-1.8 3.1-.8.6-1.1 1-1.1 2h-2.3c0-2 .9-2.9 1.8-3.6.7-.5 1-.8 1-1.4' +
    ' 0-.8-.6-1.4-1.6-1.4s-1.7.7-1.7 1.7H8C8 6.5 9.7 5 12 5z' +
    'm-1.2 10h2.4v2.5h-2.4z',
  /** Dismount and push the bike. */
  dismount:
    'M9 2a2 2 0 1 1 0 4 2 2 0 0 1 0-4zM7.5 7h3l2.5 4H16v2h-4l-1.5-2v3.5L13 22h-2.3L8.5 16 6.5 22H4.2L6.5 14z' +
    'M18.5 14a4 4 0 1 1 0 8 4 4 0 0 1 0-8zm0 2a2 2 0 1 0 0 4 2 2 0 0 0 0-4z',
  /** Riding. */
  ebike:
    'M14 3h4.5v2H16l1.3 5.5a4.75 4.75 0 1 1-2 .6L14.9 9.5l-3.7 6.5H10a4.75 4.75 0 1 1-.6-2l.7 0 4-7L13.5 5H14z' +
    'M5.25 13.5a2.75 2.75 0 1 0 2.6 3.7H5v-2h2.6a2.75 2.75 0 0 0-2.35-1.7z' +
    'm13 0a2.75 2.75 0 1 0 .2 0l.8 3-2 .5-.8-3a2.7 2.7 0 0 1 1.8-.5zM6 8h5v2H6z',
  /** Walking. */
  walk:
    'M12.5 1.5a2 2 0 1 1 0 4 2 2 0 0 1 0-4z' +
    'M10.5 7h3l1.7 3.3 2.8 1.2-.8 1.9-3.6-1.5-.6-1-.7 3.3 2.7 2.8V23h-2.3v-5l-2.7-2.5L8.8 19 6 22.5l-1.8-1.4' +
    ' 2.5-3.3L8.3 11l-1.3.8V15H5v-4.3z',
  /** A lift: a cabin that goes up and down. */
  lift: 'M4 2h16v20H4zm2 2v16h12V4zm6 2 3.5 4.5h-7zm0 12-3.5-4.5h7z',
  /** Waiting: a clock. */
  wait: 'M12 2a10 10 0 1 1 0 20 10 10 0 0 1 0-20zm0 2.3a7.7 7.7 0 1 0 0 15.4 7.7 7.7 0 0 0 0-15.4zM11 7h2v4.5l3.3 2-1 1.7L11 12.6z',
  /** A door of a staircase. */
  door: 'M5 2h14v18h2v2H3v-2h2zm2.5 2.5V20h9V4.5zM14 11h1.8v3H14z',
  /** 楼栋: blocks of flats. */
  building: 'M3 22V6l9-4v5l9 3v12zm3-13v2h3V9zm0 4v2h3v-2zm0 4v2h3v-2zm9-4v2h3v-2zm0 4v2h3v-2z',
  /** 骑手友好道路: a lane that bends. */
  route: 'M5 2h4v4c0 2.5 1.5 4 4 4.5 4 .8 6 3.5 6 7.5v4h-4v-4c0-2.2-1-3.2-3.2-3.7C7.5 13.4 5 10.5 5 6z',
  /** 网格: four cells. */
  grid: 'M3 3h8v8H3zm10 0h8v8h-8zM3 13h8v8H3zm10 0h8v8h-8zM5 5v4h4V5zm10 0v4h4V5zM5 15v4h4v-4zm10 0v4h4v-4z',
  /** The position of the user. */
  here:
    'M11 1h2v3.1A8 8 0 0 1 19.9 11H23v2h-3.1a8 8 0 0 1-6.9 6.9V23h-2v-3.1A8 8 0 0 1 4.1 13H1v-2h3.1A8 8 0 0 1' +
    ' 11 4.1z' +
    'm1 5a6 6 0 1 0 0 12 6 6 0 0 0 0-12zm0 3a3 3 0 1 1 0 6 3 3 0 0 1 0-6z',
  /** Scanning a code. */
  scan:
    'M3 3h6.5v2.2H5.2v4.3H3zm11.5 0H21v6.5h-2.2V5.2h-4.3zM3 14.5h2.2v4.3h4.3V21H3zm15.8 0H21V21h-6.5v-2.2h4.3z' +
    'M2 10.9h20v2.2H2z',
  /** North. */
  north: 'M12 2 19 22l-7-4.5L5 22z',
} as const;

export type SymbolName = keyof typeof symbols;

/** The kinds in the collection `facilities` that have a symbol with the same name. */
export const facilityKinds = [
  'battery_swap',
  'toolbox',
  'rest_stop',
  'handover',
  'parking',
  'charging',
  'toilet',
  'party_service_centre',
  'mediation_room',
  'discussion_pavilion',
] as const satisfies readonly SymbolName[];
