// What the page asks the server about accounts and invites.
import { allItems, ask, json } from '@/core/api/client';
import type { components, paths } from '@/core/api/schema';

export type Account = components['schemas']['AccountShown'];
export type AccountWanted = components['schemas']['AccountWanted'];
export type AccountPatch = components['schemas']['AccountPatch'];
export type AccountList = components['schemas']['AccountList'];
export type Token = components['schemas']['TokenShown'];
export type TokenMade = components['schemas']['TokenMade'];
export type TokenWanted = components['schemas']['TokenWanted'];
export type Invite = components['schemas']['InviteShown'];
export type InviteMade = components['schemas']['InviteMade'];
export type InviteWanted = components['schemas']['InviteWanted'];

/** A community or a member unit to choose. */
export interface Choice {
  id: string;
  name: string;
}

const at = (path: keyof paths, ids: Record<string, string> = {}): string =>
  Object.entries(ids).reduce((text, [name, id]) => text.replace(`{${name}}`, encodeURIComponent(id)), path as string);

async function send<T>(method: string, path: string, body: object): Promise<T> {
  const response = await ask(path, { method, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) });
  return (await response.json()) as T;
}

export const accounts = (q: string, after = '', signal?: AbortSignal): Promise<AccountList> =>
  json(`${at('/api/accounts')}?${new URLSearchParams({ limit: '100', ...(q ? { q } : {}), ...(after ? { after } : {}) })}`, signal);
export const account = (accountId: string): Promise<Account> => json(at('/api/accounts/{accountId}', { accountId }));
export const createAccount = (wanted: AccountWanted): Promise<Account> => send('POST', at('/api/accounts'), wanted);
export const changeAccount = (accountId: string, patch: AccountPatch): Promise<Account> => send('PATCH', at('/api/accounts/{accountId}', { accountId }), patch);

export const createToken = (accountId: string, wanted: TokenWanted): Promise<TokenMade> => send('POST', at('/api/accounts/{accountId}/tokens', { accountId }), wanted);
export async function revokeToken(accountId: string, tokenId: string): Promise<void> {
  await ask(at('/api/accounts/{accountId}/tokens/{tokenId}', { accountId, tokenId }), { method: 'DELETE' });
}

export const invites = async (): Promise<Invite[]> => (await json<{ invites: Invite[] }>(at('/api/invites'))).invites;
export const createInvite = (wanted: InviteWanted): Promise<InviteMade> => send('POST', at('/api/invites'), wanted);
export async function revokeInvite(inviteId: string): Promise<void> {
  await ask(at('/api/invites/{inviteId}', { inviteId }), { method: 'DELETE' });
}

const byName = (a: Choice, b: Choice): number => a.name.localeCompare(b.name, 'zh');

/** The communities on the map. */
export async function communities(): Promise<Choice[]> {
  const grids = await allItems<{ kind?: string; name?: string }>('grids', undefined, { properties: 'kind,name' });
  return grids
    .filter((g) => g.properties.kind === 'community')
    .map((g) => ({ id: g.id, name: g.properties.name ?? g.id }))
    .toSorted(byName);
}

/** The member units on the map. */
export async function units(): Promise<Choice[]> {
  const list = await allItems<{ name?: string }>('units', undefined, { properties: 'name' });
  return list.map((u) => ({ id: u.id, name: u.properties.name ?? u.id })).toSorted(byName);
}
