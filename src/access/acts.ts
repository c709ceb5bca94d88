// src/access/acts.ts: signing in, and what somebody may change about her own account.
import type { AccountActor, Actor } from '../platform/actor.ts';
import { audit, auditEach } from '../platform/audit.ts';
import { dateOf, type Instant } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import type { Signed } from '../platform/http/mount.ts';
import type { Locale } from '../platform/locale.ts';
import { hashPassword, passwordFits } from './passwords.ts';
import * as store from './store.ts';

/**
 * Who this login and password are, in this county. Runs as the system: nobody is signed in yet.
 * @throws DomainError 401 `sign_in_failed`, whichever of the two is wrong.
 */
export async function signIn(tx: Tx, countyCode: string, login: string, password: string): Promise<AccountActor> {
  const account = await store.accountByLogin(tx, login);
  const fits = await passwordFits(account?.passwordHash ?? null, password);
  if (!account || !fits || account.disabledAt !== null || account.countyCode !== countyCode)
    throw new DomainError(Status.unsigned, { code: 'sign_in_failed' });
  return { kind: 'account', countyCode, accountId: account.id };
}

/** Her roles and language today; null when the account is gone or disabled. */
export async function whoIs(tx: Tx, actor: AccountActor, asOf: Instant): Promise<Signed | null> {
  const found = await store.signedRow(tx, actor.accountId, dateOf(asOf));
  return found && { roles: found.grants.map(({ role }) => role), former: found.former, locale: found.locale };
}

/** Gives roles, each with an entry of its own: who, what, where, and by whom. @returns how many were new. */
export async function grantRoles(
  tx: Tx,
  actor: Actor,
  grants: readonly store.NewGrant[],
  asOf: Instant,
): Promise<number> {
  const given = await store.insertGrants(tx, actor.countyCode, grants);
  await auditEach(
    tx,
    actor,
    asOf,
    'access.granted',
    given.map(({ accountId, role, areaCode }) => ({ subject: `account/${accountId}`, detail: { role, areaCode } })),
  );
  return given.length;
}

/** Replaces the password and ends her sessions, this one too. Runs as the system, which alone reaches sessions. */
export async function changePassword(
  tx: Tx,
  actor: AccountActor,
  current: string,
  next: string,
  asOf: Instant,
): Promise<void> {
  if (!(await passwordFits(await store.passwordHashOf(tx, actor.accountId), current)))
    throw new DomainError(Status.forbidden, { code: 'password_wrong', field: '/current' });
  await store.setPasswordHash(tx, actor.countyCode, [actor.accountId], await hashPassword(next));
  await store.endSessions(tx, actor.accountId);
  await audit(tx, actor, asOf, 'access.password_changed', actor.accountId);
}

export async function changeLocale(tx: Tx, actor: AccountActor, locale: Locale): Promise<void> {
  await store.setLocale(tx, actor.countyCode, actor.accountId, locale);
}
