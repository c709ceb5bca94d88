// src/visits/acts/confirm.ts: the other side of a joint duty says that it was there, from an account of its own; or has been silent for three days.
import { tellInDigest } from '../../notices/store.ts';
import type { AccountActor, Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { at, dateOf, type Instant } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, Status } from '../../platform/errors.ts';
import { closeTasks, lockTasks } from '../../tasks/store.ts';
import { hasLinesOf } from '../rules/discharges.ts';
import { postOn } from '../rules/filing.ts';
import { otherSide, refusedConfirmation, silentBefore } from '../rules/joint.ts';
import { standingsOf } from '../store/facts.ts';
import { signContracts } from '../store/found.ts';
import * as store from '../store/joint.ts';

export interface Confirmed {
  readonly visitId: string;
  readonly records: string[];
  /** The tasks of the confirming side that it closed. */
  readonly closed: string[];
}

/**
 * Confirms a visit's joint records for the side that did not record them: its tasks are done, its signature stands.
 * The transaction is the system's, since the records may be clinical; who confirms is checked here, by the post of the visit's day.
 * @throws DomainError 404 `visit_unknown`, 403 `confirm_own_visit`, `confirm_not_in_post` or `confirm_not_partner`, 409 `confirm_too_late`.
 */
export async function confirmVisit(tx: Tx, actor: AccountActor, id: string, asOf: Instant): Promise<Confirmed> {
  const { countyCode, accountId } = actor;
  const visit = await store.jointVisitOf(tx, countyCode, id);
  if (!visit || visit.records.length === 0) throw new DomainError(Status.missing, { code: 'visit_unknown' });
  const day = dateOf(visit.arrivedAt);
  const { partnerId, areaCode } = visit;
  const who = await standingsOf(tx, countyCode, partnerId ? [accountId, partnerId] : [accountId]);
  const post = postOn(who, accountId, areaCode, day);
  if (post.reason === 'other_area') throw new DomainError(Status.missing, { code: 'visit_unknown' });
  const refused = refusedConfirmation(
    { ...visit, recordedOn: dateOf(visit.recordedAt), sides: visit.records.map(({ side }) => side) },
    accountId,
    post,
    partnerId ? postOn(who, partnerId, areaCode, day) : null,
    dateOf(asOf),
  );
  if (refused) {
    const status = refused === 'confirm_too_late' ? Status.conflict : Status.forbidden;
    throw new DomainError(status, { code: refused });
  }
  const mine = visit.records
    .map((record) => ({ ...record, side: otherSide(record.side) }))
    .filter(({ side }) => post.reason === null && post.sides.includes(side))
    .filter(({ kind, lines, side }) => kind === 'contract' || hasLinesOf(lines ?? [], side));
  await lockTasks(
    tx,
    countyCode,
    mine.flatMap(({ owedId }) => owedId ?? []),
  );
  const confirmed = await store.confirm(
    tx,
    countyCode,
    areaCode,
    accountId,
    mine.map(({ id: recordId, side }) => ({ recordId, side })),
    asOf,
  );
  const closings = mine.flatMap(({ id: closedBy, owedId }) =>
    owedId
      ? { id: owedId, reason: 'done' as const, closedOn: day, recordedOn: dateOf(visit.recordedAt), closedBy }
      : [],
  );
  await closeTasks(tx, countyCode, closings, asOf);
  const signings = mine
    .filter(({ kind }) => kind === 'contract')
    .map(({ id: recordId, householdId, villageCode, side }) => ({
      recordId,
      householdId,
      villageCode,
      side,
      signedOn: day,
    }));
  await signContracts(tx, countyCode, signings, accountId);
  if (confirmed > 0)
    await audit(tx, actor, asOf, 'visit.confirmed', `visit/${id}`, { records: confirmed, closed: closings.length });
  return { visitId: id, records: mine.map((record) => record.id), closed: closings.map((closing) => closing.id) };
}

/**
 * The night's look at joint duties: what has been left unsaid for three days was done by one side, and whoever may still
 * confirm something is told in the morning's digest. Run twice it writes nothing more.
 */
export async function mindJointDuties(
  tx: Tx,
  actor: Actor,
  asOf: Instant,
): Promise<{ readonly closed: number; readonly told: number }> {
  const today = dateOf(asOf);
  const since = at(silentBefore(today), '00:00');
  const closed = await store.closeSilent(tx, actor.countyCode, since, asOf);
  if (closed > 0) await audit(tx, actor, asOf, 'joint.silent', `county/${actor.countyCode}`, { closed });
  const items = await store.toConfirm(tx, actor.countyCode, since, today);
  await tellInDigest(tx, actor.countyCode, items, asOf);
  return { closed, told: items.length };
}
