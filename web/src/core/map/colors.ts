// The colours of everything drawn on a map's canvas. CSS custom properties (`core/theme/tokens.css`) do not reach
// WebGL, so they are read for the element that holds the map; a colour that only the map has is written here.
import type { Housing } from '@/core/ledger/types';
import { colourToken, type Level } from '@/core/levels/levels';
import { token } from '@/core/theme/tokens';

/** The tokens of the kinds of housing: no level's colours, and apart in greyscale too. */
export const housingToken: Record<Housing, `--${string}`> = {
  old_estate: '--housing-old',
  commodity: '--housing-commodity',
  mixed_use: '--housing-mixed',
};

export interface MapColors {
  ground: string;
  panel: string;
  plate: string;
  hairline: string;
  text: string;
  textQuiet: string;
  accent: string;
  accentInk: string;
  /** The disc under the red case that the wall points at. */
  alarm: string;
  level: (level: Level) => string;
  /** For words in the colour of a level, which need more contrast than areas. */
  levelText: (level: Level) => string;
  housing: (kind: Housing) => string;
  /** Rim and mark of a red sign: red is the darkest level, and would be seen last in greyscale. */
  white: string;
  none: string;
  /** A building whose kind of housing is not known. */
  buildingUnknown: string;
  /** A pocket park where rider services are the subject of the map. */
  parkBright: string;
}

/** The colours that hold for the theme of `room`. */
export function mapColors(room: Element): MapColors {
  const css = (name: `--${string}`): string => token(name, room);
  return {
    ground: css('--ground'),
    panel: css('--panel'),
    plate: css('--panel-2'),
    hairline: css('--hairline'),
    text: css('--text'),
    textQuiet: css('--text-quiet'),
    accent: css('--accent'),
    accentInk: css('--accent-ink'),
    alarm: css('--alarm'),
    level: (level) => css(colourToken(level)),
    levelText: (level) => css(colourToken(level, 'text')),
    housing: (kind) => css(housingToken[kind]),
    white: '#ffffff',
    none: 'rgba(0,0,0,0)',
    buildingUnknown: '#3a3a3d',
    parkBright: '#2f7a5c',
  };
}
