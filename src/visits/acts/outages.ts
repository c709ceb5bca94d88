// src/visits/acts/outages.ts: somebody who is of no team there declares that an area had no signal: what was done then may be entered later.
import { coversArea } from '../../access/store.ts';
import type { AccountActor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { dateOf, type Instant, plusDays } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, Status } from '../../platform/errors.ts';
import { gainsBy, insertOutage, type NewOutage, type OutageRow } from '../store/outages.ts';

const LONGEST = 31; // days: of one outage, and from today back to its beginning; a longer one is declared again

/** @throws DomainError 403 `outage_other_area` or `outage_own_team`, 422 `outage_days`. */
export async function declareOutage(tx: Tx, actor: AccountActor, outage: NewOutage, asOf: Instant): Promise<OutageRow> {
  const { countyCode, accountId } = actor;
  const { areaCode, fromOn, toOn } = outage;
  const today = dateOf(asOf);
  if (!(await coversArea(tx, actor, areaCode, ['supervisor', 'planner', 'admin'])))
    throw new DomainError(Status.forbidden, { code: 'outage_other_area', field: '/areaCode' });
  if (toOn < fromOn || toOn > plusDays(fromOn, LONGEST - 1) || fromOn < plusDays(today, -LONGEST))
    throw new DomainError(Status.invalid, { code: 'outage_days', field: '/toOn', params: { days: LONGEST } });
  if (await gainsBy(tx, countyCode, outage, accountId))
    throw new DomainError(Status.forbidden, { code: 'outage_own_team' });
  const declared = await insertOutage(tx, countyCode, outage, accountId, asOf);
  await audit(tx, actor, asOf, 'outage.declared', `outage/${declared.id}`, { areaCode, fromOn, toOn });
  return declared;
}
