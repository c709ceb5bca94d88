// src/places/acts.ts: opens a county: itself, its days, and the first account, which brings in everything else.
import { grantRoles } from '../access/acts.ts';
import { insertAccounts } from '../access/store.ts';
import { type AccountActor, systemActor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { dateOf, type Instant } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { type CalendarSpan, insertCalendar, insertDivisions, insertSpans } from './store.ts';

export interface NewCounty {
  /** Six digits, GB/T 2260. */
  readonly code: string;
  readonly name: string;
  /** Years whose days are loaded, provisional where their notice is not out; a question about any other throws. */
  readonly years: readonly number[];
  readonly spans?: readonly CalendarSpan[];
  /** Its first administrator; the password is set apart. */
  readonly admin: { readonly login: string; readonly name: string; readonly email: string };
}

/**
 * Runs as the system: nobody is there yet. @returns the administrator, in whose name the registers come in.
 * @throws DomainError 409 `login_in_use` when the login is somebody's.
 */
export async function openCounty(tx: Tx, county: NewCounty, asOf: Instant): Promise<AccountActor> {
  await insertDivisions(tx, county.code, [{ code: county.code, name: county.name }]);
  await insertCalendar(tx, county.code, county.years, dateOf(asOf));
  await insertSpans(tx, county.code, county.spans ?? []);
  const [admin] = await insertAccounts(tx, county.code, [county.admin]);
  if (!admin) throw new DomainError(Status.conflict, { code: 'login_in_use', field: '/admin/login' });
  const actor: AccountActor = { kind: 'account', countyCode: county.code, accountId: admin.id };
  await audit(tx, actor, asOf, 'county.opened', county.code, { years: county.years });
  const role = { accountId: admin.id, role: 'admin', areaCode: county.code, fromOn: dateOf(asOf) } as const;
  await grantRoles(tx, systemActor(county.code), [role], asOf);
  return actor;
}
