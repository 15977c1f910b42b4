// The words of the desk for a telephone call: the caller's number and earlier cases.
export const callerWords = {
  zh: {
    callerNumber: '来电号码（选填）',
    callerHint: '仅值班员可见，结案后按规定期限删除',
    callerWrong: '来电号码不完整：应为11位手机号，或带区号的座机，如 022-26390000',
    callerLooking: '正在查询此号码的历史事件',
    callerNone: '此号码没有历史事件',
    callerCases: (n: number) => `此号码的历史事件 ${n} 件`,
    callerFailed: '未能查询历史事件，不影响上报',
    callerSamePlace: '同一地点',
    callerSamePlaceOf: (place: string) => `同一地点：${place}`,
  },
  en: {
    callerNumber: 'Number of the caller (optional)',
    callerHint: 'Only officers see it; it is erased some time after the case is closed',
    callerWrong:
      'The number is not complete: expected a mobile number of 11 digits, or a landline such as 022-26390000',
    callerLooking: 'Looking for earlier cases of this number',
    callerNone: 'No earlier cases of this number',
    callerCases: (n: number) => (n === 1 ? '1 earlier case of this number' : `${n} earlier cases of this number`),
    callerFailed: 'The earlier cases could not be read; the report works without them',
    callerSamePlace: 'Same place',
    callerSamePlaceOf: (place: string) => `Same place: ${place}`,
  },
};
