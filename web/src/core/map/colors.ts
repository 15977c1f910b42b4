// The colours of map layers. WebGL cannot use CSS custom properties (`core/theme/tokens.css`), so they are read
// from the element that contains the map. Colours that only the map uses are defined here.
import type { Housing } from '@/core/ledger/types';
import { colourToken, type Level } from '@/core/levels/levels';
import { token } from '@/core/theme/tokens';

/**
 * The colour tokens of the kinds of housing. They differ from the colours of levels, and from each other in
 * greyscale.
 */
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
  /** The disc under the red case that the wall screen highlights. */
  alarm: string;
  level: (level: Level) => string;
  /** The colour for words about a level. Words need more contrast than areas. */
  levelText: (level: Level) => string;
  housing: (kind: Housing) => string;
  /** Uncovered people in four classes, from just beyond the standard to no reachable facility. */
  plan: readonly [string, string, string, string];
  planGain: string;
  planLoss: string;
  /** Sites that a planner tries. */
  planSite: string;
  /** Ways and gates that a planner changes. */
  planWay: string;
  /**
   * The rim and the symbol of a red sign. Without them, red would be the least visible level in
   * greyscale.
   */
  white: string;
  none: string;
  /** A building with an unknown kind of housing. */
  buildingUnknown: string;
  /** A pocket park in the view of rider services. */
  parkBright: string;
}

/** The colours for the theme of the element `element`. */
export function mapColors(element: Element): MapColors {
  const css = (name: `--${string}`): string => token(name, element);
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
    plan: [css('--plan-1'), css('--plan-2'), css('--plan-3'), css('--plan-4')],
    planGain: css('--plan-gain'),
    planLoss: css('--plan-loss'),
    planSite: css('--plan-site'),
    planWay: css('--plan-way'),
    white: '#ffffff',
    none: 'rgba(0,0,0,0)',
    buildingUnknown: '#3a3a3d',
    parkBright: '#2f7a5c',
  };
}
