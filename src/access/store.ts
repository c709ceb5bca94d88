// src/access/store.ts: accounts and their dated roles, as rows.
import type { Actor } from '../platform/actor.ts';
import type { CivilDate, Instant } from '../platform/civil.ts';
import { maybeRow, oneRow, rows, sql, type Tx, written } from '../platform/db.ts';
import type { Role } from '../platform/http/route.ts';
import type { Locale } from '../platform/locale.ts';

export interface AccountRow {
  readonly countyCode: string;
  readonly id: string;
  readonly login: string;
  readonly name: string;
  /** Null: invited, no password yet. */
  readonly passwordHash: string | null;
  readonly email: string | null;
  readonly locale: Locale;
  readonly disabledAt: Instant | null;
}

export interface NewAccount {
  readonly login: string;
  readonly name: string;
  readonly email?: string | null;
  /** Sealed with the context `account.phone`. */
  readonly phoneEnc?: string | null;
  readonly locale?: Locale;
}

export interface NewGrant {
  readonly accountId: string;
  readonly role: Role;
  readonly areaCode: string;
  /** Which bureau a `bureau` grant speaks for; null for every other role. */
  readonly bureau?: string | null;
  readonly fromOn: CivilDate;
  readonly toOn?: CivilDate | null;
}

/** What somebody may do from now on, and where. */
export interface Granted {
  readonly accountId: string;
  readonly role: Role;
  readonly areaCode: string;
}

const columns = sql`a.county_code as "countyCode", a.id, a.login, a.name, a.password_hash as "passwordHash", a.email, a.locale,
  a.disabled_at as "disabledAt"`;

/** Whose login it is, in whichever county; asked as the system, before anybody is signed in. */
export async function accountByLogin(tx: Tx, login: string): Promise<AccountRow | null> {
  return maybeRow(tx, sql<AccountRow>`select ${columns} from account a where a.login = ${login}`);
}

/** The accounts that hold these logins, in whichever county. */
export async function accountsByLogin(tx: Tx, logins: readonly string[]): Promise<AccountRow[]> {
  return rows(tx, sql<AccountRow>`select ${columns} from account a where a.login = any(${[...logins]}::text[])`);
}

/** Adds the accounts whose logins are free. @returns those added. */
export async function insertAccounts(
  tx: Tx,
  countyCode: string,
  accounts: readonly NewAccount[],
): Promise<{ id: string; login: string }[]> {
  return rows(
    tx,
    sql<{ id: string; login: string }>`insert into account (county_code, login, name, email, phone_enc, locale)
      select ${countyCode}, n.login, n.name, n.email, n."phoneEnc", coalesce(n.locale, 'zh-CN')
      from jsonb_to_recordset(${JSON.stringify(accounts)}::jsonb)
        as n(login text, name text, email text, "phoneEnc" text, locale text)
      on conflict do nothing returning id, login`,
  );
}

/** Adds grants; one that overlaps the same role in the same area for the same account is already there. @returns those added. */
export async function insertGrants(tx: Tx, countyCode: string, grants: readonly NewGrant[]): Promise<Granted[]> {
  return rows(
    tx,
    sql<Granted>`insert into role_grant (county_code, account_id, role, area_code, bureau, from_on, to_on)
      select ${countyCode}, n."accountId", n.role, n."areaCode", n.bureau, n."fromOn", n."toOn"
      from jsonb_to_recordset(${JSON.stringify(grants)}::jsonb)
        as n("accountId" uuid, role text, "areaCode" text, bureau text, "fromOn" date, "toOn" date)
      on conflict do nothing returning account_id as "accountId", role, area_code as "areaCode"`,
  );
}

/** Ends on `lastOn` the grants of this role in this area that began by then. @returns how many. */
export async function endGrant(
  tx: Tx,
  countyCode: string,
  grant: { readonly accountId: string; readonly role: Role; readonly areaCode: string; readonly lastOn: CivilDate },
): Promise<number> {
  return written(
    tx,
    sql`update role_grant set to_on = ${grant.lastOn}::date
      where county_code = ${countyCode} and account_id = ${grant.accountId} and role = ${grant.role}
        and area_code = ${grant.areaCode} and from_on <= ${grant.lastOn}::date and (to_on is null or to_on > ${grant.lastOn}::date)`,
  );
}

/** Gives one password to several accounts: the example county's, whose sign-ins are printed anyway. */
export async function setPasswordHash(
  tx: Tx,
  countyCode: string,
  accountIds: readonly string[],
  hash: string,
): Promise<number> {
  return written(
    tx,
    sql`update account set password_hash = ${hash} where county_code = ${countyCode} and id = any(${[...accountIds]}::uuid[])`,
  );
}

/** Whether the actor holds one of these roles (none named: any) in an area on the transaction's day; the system covers every one. */
export async function coversArea(
  tx: Tx,
  actor: Actor,
  areaCode: string,
  roles: readonly Role[] = [],
): Promise<boolean> {
  if (actor.kind === 'system') return true;
  const { covered } = await oneRow(
    tx,
    sql<{
      covered: boolean;
    }>`select ${areaCode} = any((select my_areas(variadic ${[...roles]}::text[]))::text[]) as covered`,
  );
  return covered;
}

/** Who may decide about what is another's, in the area where she holds the role. */
export const SUPERVISING: readonly Role[] = ['supervisor', 'planner', 'admin'];
/** Who may know why somebody is visited, in the area where she holds the role. */
export const CLINICAL: readonly Role[] = ['medical', 'facility', 'supervisor'];

/** Somebody signed in, with her roles of a day. */
export interface SignedRow {
  readonly login: string;
  readonly name: string;
  readonly locale: Locale;
  readonly grants: readonly { readonly role: Role; readonly areaCode: string; readonly areaName: string }[];
  /** A post of hers has ended by that day. */
  readonly former: boolean;
}

/** Null when the account is gone or disabled. */
export async function signedRow(tx: Tx, accountId: string, day: CivilDate): Promise<SignedRow | null> {
  return maybeRow(
    tx,
    sql<SignedRow>`select a.login, a.name, a.locale, coalesce((
        select jsonb_agg(jsonb_build_object('role', g.role, 'areaCode', g.area_code, 'areaName', d.name) order by g.area_code, g.role)
        from role_grant g join division d on d.county_code = g.county_code and d.code = g.area_code
        where g.county_code = a.county_code and g.account_id = a.id and daterange(g.from_on, g.to_on, '[]') @> ${day}::date), '[]') as grants,
        exists (select from role_grant g where g.county_code = a.county_code and g.account_id = a.id and g.to_on < ${day}::date) as former
      from account a where a.id = ${accountId} and a.disabled_at is null`,
  );
}

/** Her password's hash; null for somebody who has none. */
export async function passwordHashOf(tx: Tx, accountId: string): Promise<string | null> {
  const { hash } = await oneRow(
    tx,
    sql<{ hash: string | null }>`select password_hash as hash from account where id = ${accountId}`,
  );
  return hash;
}

/** Ends every session of an account. @returns how many. */
export async function endSessions(tx: Tx, accountId: string): Promise<number> {
  return written(tx, sql`delete from session where sess ->> 'accountId' = ${accountId}`);
}

/** The language of pages, mails and problems. */
export async function setLocale(tx: Tx, countyCode: string, accountId: string, locale: Locale): Promise<void> {
  await sql`update account set locale = ${locale} where county_code = ${countyCode} and id = ${accountId}`.execute(tx);
}

/** Where an account that is not disabled has a role on `day` (null: ever); none for an account that is not there. */
export async function accountAreas(
  tx: Tx,
  countyCode: string,
  accountId: string,
  day: CivilDate | null,
): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ areaCode: string }>`select distinct g.area_code as "areaCode" from role_grant g
      join account a on a.county_code = g.county_code and a.id = g.account_id and a.disabled_at is null
      where g.county_code = ${countyCode} and g.account_id = ${accountId}
        and (${day}::date is null or daterange(g.from_on, g.to_on, '[]') @> ${day}::date)`,
  );
  return found.map(({ areaCode }) => areaCode);
}

/** The areas whose reasons for a visit the one who asks may know. */
export async function clinicalAreas(tx: Tx): Promise<ReadonlySet<string>> {
  const { areas } = await oneRow(
    tx,
    sql<{ areas: string[] }>`select my_areas(variadic ${[...CLINICAL]}::text[]) as areas`,
  );
  return new Set(areas);
}

/** Each account's name by its id. */
export async function accountNames(
  tx: Tx,
  countyCode: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found = await rows(
    tx,
    sql<{ id: string; name: string }>`select id, name from account
      where county_code = ${countyCode} and id = any(${[...ids]}::uuid[])`,
  );
  return new Map(found.map(({ id, name }) => [id, name]));
}
