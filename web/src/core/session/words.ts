// The words of the form to sign in, in both languages.
export const words = {
  zh: {
    lead: '用名称和密码登录，或粘贴管理员发放的访问令牌。',
    name: '名称',
    password: '密码',
    or: '或者',
    token: '访问令牌',
    signIn: '登录',
    wrong: '令牌无效或已过期，请核对后重试。',
    wrongPassword: '名称或密码不正确，或账号已停用，请核对后重试。',
    slow: '登录失败次数过多，请稍后再试。',
    failed: '登录失败：',
  },
  en: {
    lead: 'Sign in with your name and password, or paste an access token that an administrator gave you.',
    name: 'Name',
    password: 'Password',
    or: 'or',
    token: 'Access token',
    signIn: 'Sign in',
    wrong: 'The token is invalid or has expired. Check it and try again.',
    wrongPassword: 'The name or the password is wrong, or the account is disabled. Check them and try again.',
    slow: 'Too many failed sign-ins. Try again in a while.',
    failed: 'Signing in failed: ',
  },
};
