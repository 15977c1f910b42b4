// What the sign-in page says, in both languages.
import type { Bilingual } from '@/core/i18n/lang';

export const words = {
  zh: {
    title: '登录',
    lead: '粘贴您的访问令牌。令牌由管理员用 onemap token create 生成，登录后保存在仅供本站使用的安全 Cookie 中。',
    token: '访问令牌',
    signIn: '登录',
    signOut: '退出登录',
    signedIn: '已登录',
    role: '角色',
    account: '账号',
    wrong: '令牌无效或已过期，请核对后重试。',
    failed: '登录失败：',
    checking: '正在查询登录状态',
    goOn: '继续',
  },
  en: {
    title: 'Sign in',
    lead: 'Paste your access token. An administrator makes one with onemap token create; once you are signed in it is kept in a secure cookie of this site alone.',
    token: 'Access token',
    signIn: 'Sign in',
    signOut: 'Sign out',
    signedIn: 'Signed in',
    role: 'Role',
    account: 'Account',
    wrong: 'The token is not valid, or no longer. Check it and try again.',
    failed: 'Signing in failed: ',
    checking: 'Asking who you are',
    goOn: 'Go on',
  },
};

export const roles: Record<string, Bilingual> = {
  public: { zh: '公众', en: 'public' },
  rider: { zh: '骑手', en: 'rider' },
  unit: { zh: '成员单位', en: 'member unit' },
  grid_worker: { zh: '网格员', en: 'grid worker' },
  officer: { zh: '值班员', en: 'duty officer' },
  planner: { zh: '规划员', en: 'planner' },
  steward: { zh: '地图管理员', en: 'map steward' },
  admin: { zh: '系统管理员', en: 'administrator' },
};
