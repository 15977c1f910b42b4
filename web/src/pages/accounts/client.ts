// The requests of this page about accounts and invites.
import { allItems, answered, done, http } from '@/core/api/client';
import type { components } from '@/core/api/schema';

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

/** A community or a member unit that can be chosen. */
export interface Choice {
  id: string;
  name: string;
}

export const accounts = (q: string, after = '', signal?: AbortSignal): Promise<AccountList> =>
  answered(
    http.GET('/api/accounts', {
      params: { query: { limit: 100, ...(q ? { q } : {}), ...(after ? { after } : {}) } },
      signal,
    }),
  );
export const account = (accountId: string): Promise<Account> =>
  answered(http.GET('/api/accounts/{accountId}', { params: { path: { accountId } } }));
export const createAccount = (body: AccountWanted): Promise<Account> => answered(http.POST('/api/accounts', { body }));
export const changeAccount = (accountId: string, body: AccountPatch): Promise<Account> =>
  answered(http.PATCH('/api/accounts/{accountId}', { params: { path: { accountId } }, body }));

export const createToken = (accountId: string, body: TokenWanted): Promise<TokenMade> =>
  answered(http.POST('/api/accounts/{accountId}/tokens', { params: { path: { accountId } }, body }));
export const revokeToken = (accountId: string, tokenId: string): Promise<void> =>
  done(http.DELETE('/api/accounts/{accountId}/tokens/{tokenId}', { params: { path: { accountId, tokenId } } }));

export const invites = async (): Promise<Invite[]> => (await answered(http.GET('/api/invites'))).invites;
export const createInvite = (body: InviteWanted): Promise<InviteMade> => answered(http.POST('/api/invites', { body }));
export const revokeInvite = (inviteId: string): Promise<void> =>
  done(http.DELETE('/api/invites/{inviteId}', { params: { path: { inviteId } } }));

const byName = (a: Choice, b: Choice): number => a.name.localeCompare(b.name, 'zh');

/** The communities on the map. */
export async function communities(): Promise<Choice[]> {
  const grids = await allItems('grids', undefined, { properties: 'kind,name' });
  return grids
    .filter((g) => g.properties.kind === 'community')
    .map((g) => ({ id: g.id, name: g.properties.name ?? g.id }))
    .toSorted(byName);
}

/** The member units on the map. */
export async function units(): Promise<Choice[]> {
  const list = await allItems('units', undefined, { properties: 'name' });
  return list.map((u) => ({ id: u.id, name: u.properties.name ?? u.id })).toSorted(byName);
}
