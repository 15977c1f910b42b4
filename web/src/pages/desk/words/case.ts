// The words of the desk for details of a case.

export const caseWords = {
  zh: {
    /** How far from the place the person stood who verified the case. */
    verifiedFrom: (distance: string) => `核查人距事发地 ${distance}`,
    lowRating: (stars: number, reason: string) => `群众评价 ${stars} 星，反映：${reason}`,
  },
  en: {
    verifiedFrom: (distance: string) => `verified ${distance} from the place`,
    lowRating: (stars: number, reason: string) => `Rated ${stars} of 5 stars by the reporter: ${reason}`,
  },
};
