// The words of the field page for claiming micro-wishes (微心愿).
export const words = {
  zh: {
    title: '微心愿',
    open: (n: number) => (n > 0 ? `微心愿 ${n}` : '微心愿'),
    lead: '居民的小心愿，等您的单位认领。认领后可看到详细地址和居民原话，请保密。',
    claim: '认领',
    claiming: '正在认领…',
    none: '目前没有待认领的微心愿。',
    loading: '正在查询微心愿',
    offline: '没有网络，暂时不能认领。',
    since: (day: string) => `${day} 受理`,
    noUnit: '只有成员单位的账号可以认领。',
    again: '再试一次',
  },
  en: {
    title: 'Micro-wishes',
    open: (n: number) => (n > 0 ? `Wishes ${n}` : 'Wishes'),
    lead: 'Small wishes of residents that wait for your unit. When you take one on, you see the address and the words; keep them to yourselves.',
    claim: 'Take it on',
    claiming: 'Taking it on…',
    none: 'No wish waits for a unit now.',
    loading: 'Loading the wishes',
    offline: 'No network: you cannot take one on now.',
    since: (day: string) => `since ${day}`,
    noUnit: 'Only accounts of member units can take wishes on.',
    again: 'Try again',
  },
};
