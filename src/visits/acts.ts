// src/visits/acts.ts: one stop at a door goes into the book: filed, judged, its tasks closed and the next ones made, in one transaction.
import { PROTOCOL_VERSION } from '../followups/rules.ts';
import * as followups from '../followups/store.ts';
import type { AccountActor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { type CivilDate, dateOf, type Instant } from '../platform/civil.ts';
import { canonicalHash } from '../platform/crypto.ts';
import type { Tx } from '../platform/db.ts';
import { wake, workflowIds } from '../platform/wake.ts';
import { insertPresence } from '../population/store/persons.ts';
import { hearDevice } from '../tasks/store/devices.ts';
import { closeTasks, insertTasks } from '../tasks/store.ts';
import { type Followed, followReferrals } from './acts/referrals.ts';
import { type Deed, deedsOf } from './rules/deeds.ts';
import type { AdoptingDuty, VisitFacts } from './rules/facts.ts';
import { ownArea, postOn, visitReview } from './rules/filing.ts';
import { isDueBeforeSweep } from './rules/next.ts';
import type { NewVisit, RecordReceipt, VisitReceipt } from './schema.ts';
import * as book from './store/book.ts';
import * as facts from './store/facts.ts';
import * as found from './store/found.ts';

/**
 * Stores a visit from the field. Never refuses one: what cannot be accepted is filed for review with its reason.
 * The same id with the same body gets the same receipt and writes nothing.
 */
export async function recordVisit(tx: Tx, actor: AccountActor, visit: NewVisit, asOf: Instant): Promise<VisitReceipt> {
  await facts.keepPlans(tx);
  const today = dateOf(asOf);
  const day = dateOf(visit.arrivedAt) < today ? dateOf(visit.arrivedAt) : today;
  if (day === today) return file(tx, actor, visit, asOf);
  await facts.seeAsOn(tx, day); // a late entry stands by the posts of its own day
  const receipt = await file(tx, actor, visit, asOf);
  await facts.seeAsOn(tx, today);
  return receipt;
}

async function file(tx: Tx, actor: AccountActor, visit: NewVisit, asOf: Instant): Promise<VisitReceipt> {
  const { countyCode, accountId } = actor;
  const hash = hashOf(visit, accountId);
  const { known, earlier, fresh } = await lockAndRead(tx, actor, visit, hash);
  const same = earlier.find((stored) => stored.hash === hash);
  if (same) return same.receipt;

  const day = dateOf(visit.arrivedAt);
  const post = postOn(known, accountId, visit.areaCode, day);
  const reason = visitReview(visit, known, post, asOf);
  const deeds = deedsOf(visit, known, reason, post);

  const duties = deeds.some((deed) => deed.verdicts.some(({ assessment }) => assessment.nextDueOn !== null))
    ? await followups.adoptingDuties(tx, countyCode)
    : [];
  const areaCode = areaOf(visit, known, deeds, actor, post.reason === null, day);
  const followed = await followReferrals(tx, actor, deeds, fresh, visit.arrivedAt, asOf);
  const receipts = await receiptsOf(tx, countyCode, deeds, followed);
  const filed = reason ?? deeds.find((deed) => deed.reason !== null)?.reason ?? null;
  const receipt: VisitReceipt = {
    id: visit.id,
    filing: filed === null ? 'accepted' : 'review',
    reason: filed,
    records: receipts,
  };

  await book.insertVisit(
    tx,
    countyCode,
    toFile(visit, known, actor, areaCode, filed, hash, receipt),
    deeds.map(recordToFile),
    asOf,
  );
  await followed.write();
  await writeJudgements(tx, countyCode, areaCode, hash, deeds, asOf);
  const accepted = deeds.filter((deed) => deed.reason === null);
  await book.insertConfirmations(tx, countyCode, areaCode, confirmationsOf(accepted, actor), visit.arrivedAt);
  await closeTasks(
    tx,
    countyCode,
    accepted.flatMap((deed) => deed.closings),
    asOf,
  );
  const early = await writeNext(tx, countyCode, accepted, followed, duties, asOf);
  const bound = await writeFindings(tx, actor, accepted, asOf);
  if (visit.deviceId && post.reason === null) {
    await hearDevice(
      tx,
      countyCode,
      { id: visit.deviceId, accountId, oldestUnsentAt: visit.oldestUnsentAt ?? null },
      asOf,
    );
  }
  const closed = accepted.reduce((sum, deed) => sum + deed.closings.length, 0);
  await audit(tx, actor, asOf, 'visit.recorded', `visit/${visit.id}`, {
    filing: receipt.filing,
    reason: filed,
    records: deeds.length,
    closed,
  });
  await wake(tx, [...followed.wakes, ...(early || bound ? [workflowIds.agenda(areaCode)] : [])]);
  return receipt;
}

/** What makes a body another one: what was sent, and by whom; how far the phone has sent is said anew each time. */
function hashOf({ oldestUnsentAt: _, ...body }: NewVisit, accountId: string): string {
  return canonicalHash({ ...body, accountId });
}

async function lockAndRead(tx: Tx, { countyCode, accountId }: AccountActor, visit: NewVisit, hash: string) {
  const { records } = visit;
  const given = <K extends 'personId' | 'enrolmentId' | 'taskId' | 'supersedes'>(key: K) =>
    records.flatMap((record) => record[key] ?? []);
  const named: facts.Named = {
    householdIds: visit.householdId ? [visit.householdId] : [],
    personIds: given('personId'),
    enrolmentIds: given('enrolmentId'),
    taskIds: given('taskId'),
  };
  const corrects = given('supersedes');
  const kinds = [...new Set([...records.map(({ kind }) => kind), ...(corrects.length > 0 ? ['referral_check'] : [])])];
  await facts.lockStop(
    tx,
    countyCode,
    [visit.id, ...records.map(({ id }) => id), ...corrects],
    named,
    visit.areaCode,
    kinds,
  );
  const { earlier, fresh, ...who } = await facts.whoAndWhere(tx, countyCode, accountId, visit, named, kinds);
  const repeated = earlier.some((stored) => stored.hash === hash);
  const measured = records.some(({ kind }) => kind === 'htn' || kind === 't2dm');
  const known: VisitFacts = {
    ...who,
    superseded: repeated ? [] : await facts.supersededBy(tx, countyCode, corrects),
    judged:
      repeated || !measured
        ? []
        : await followups.judgedRecords(
            tx,
            countyCode,
            who.enrolments.map(({ id }) => id),
          ),
  };
  return { known, earlier, fresh };
}

/** The village the book shows it in: the door's; where that is not the recorder's to see, her own. */
function areaOf(
  visit: NewVisit,
  known: VisitFacts,
  deeds: readonly Deed[],
  actor: AccountActor,
  inPost: boolean,
  day: CivilDate,
): string {
  if (!inPost) return ownArea(known, actor.accountId, visit.areaCode, day);
  const village =
    known.households.find(({ id }) => id === visit.householdId)?.villageCode ??
    deeds.find((deed) => deed.subject.person)?.subject.person?.villageCode;
  return village?.startsWith(visit.areaCode) ? village : visit.areaCode;
}

function toFile(
  visit: NewVisit,
  known: VisitFacts,
  actor: AccountActor,
  areaCode: string,
  reason: VisitReceipt['reason'],
  hash: string,
  receipt: VisitReceipt,
): book.VisitToFile {
  const { records: _, ...stop } = visit;
  return {
    id: visit.id,
    areaCode,
    householdId: known.households.find(({ id }) => id === visit.householdId)?.id ?? null,
    accountId: actor.accountId,
    partnerId: visit.partnerId ?? null,
    deviceId: visit.deviceId ?? null,
    arrivedAt: visit.arrivedAt,
    leftAt: visit.leftAt !== undefined && visit.leftAt >= visit.arrivedAt ? visit.leftAt : null,
    present: visit.present,
    place: visit.place ?? null,
    reason,
    hash,
    body: reason === null ? null : stop,
    receipt,
  };
}

function recordToFile({ record, subject, reason, clinical, side, rootId, closings }: Deed): book.RecordToFile {
  const { id, kind, body, singleSideReason, ...sent } = record;
  return {
    id,
    kind,
    clinical,
    taskId: subject.task?.id ?? closings[0]?.id ?? null,
    householdId: subject.household?.id ?? null,
    personId: subject.person?.id ?? null,
    enrolmentId: subject.enrolment?.id ?? null,
    side,
    body: { ...body, ...(singleSideReason ? { singleSideReason } : {}), ...(reason ? { sent } : {}) },
    reason,
    supersedes: reason === null ? (record.supersedes ?? null) : null,
    rootId: rootId === id ? null : rootId,
  };
}

async function receiptsOf(
  tx: Tx,
  countyCode: string,
  deeds: readonly Deed[],
  followed: Followed,
): Promise<RecordReceipt[]> {
  const due = deeds.flatMap(({ verdicts: [own] }) => own?.assessment.nextDueOn ?? []);
  const suggested = await followups.workdaysBy(tx, countyCode, due);
  return deeds.map(({ record, reason, closings, verdicts: [own] }) => ({
    id: record.id,
    filing: reason === null ? 'accepted' : 'review',
    reason,
    closed: closings.map(({ id }) => id),
    judgement: own
      ? {
          class: own.assessment.class,
          referral: own.assessment.referral,
          referralId: followed.referralOf(record.id),
          nextDueOn: own.assessment.nextDueOn,
          nextKind: own.assessment.nextKind,
          suggestedOn: own.assessment.nextDueOn === null ? null : (suggested.get(own.assessment.nextDueOn) ?? null),
          steps: [...own.assessment.steps],
          rule: own.assessment.rule,
          source: own.assessment.source,
          grade: own.assessment.grade,
          faults: own.assessment.faults.map((fault) => ({ ...fault })),
        }
      : null,
  }));
}

async function writeJudgements(
  tx: Tx,
  countyCode: string,
  areaCode: string,
  hash: string,
  deeds: readonly Deed[],
  asOf: Instant,
): Promise<void> {
  const judged = deeds.filter((deed) => deed.reason === null);
  await followups.insertMeasurements(
    tx,
    countyCode,
    areaCode,
    judged.flatMap((deed) =>
      deed.readings.map((reading) => ({ ...reading, recordId: deed.record.id, visitHash: hash })),
    ),
  );
  await followups.insertJudgements(
    tx,
    countyCode,
    areaCode,
    judged.flatMap((deed) =>
      deed.verdicts.flatMap(({ record, visitHash, assessment, inputs }) =>
        record.enrolmentId === null
          ? []
          : {
              recordId: record.id,
              visitHash: visitHash ?? hash,
              enrolmentId: record.enrolmentId,
              protocol: `${record.programme}/${PROTOCOL_VERSION}`,
              inputsHash: canonicalHash(inputs),
              class: assessment.class,
              referral: assessment.referral,
              unsatisfactory: assessment.unsatisfactory,
              nextDueOn: assessment.nextDueOn,
              nextKind: assessment.nextKind,
              rule: assessment.rule,
              source: assessment.source,
              grade: assessment.grade,
              occurredAt: record.occurredAt,
            },
      ),
    ),
    asOf,
  );
}

/** Each account confirms for its own side. */
function confirmationsOf(accepted: readonly Deed[], { accountId }: AccountActor): book.Confirmation[] {
  return accepted.flatMap(({ record, confirms: side }) => (side ? { recordId: record.id, side, accountId } : []));
}

/** Makes, moves or drops what these records lead to. @returns whether something may fall due before the area's next sweep. */
async function writeNext(
  tx: Tx,
  countyCode: string,
  accepted: readonly Deed[],
  followed: Followed,
  duties: readonly AdoptingDuty[],
  asOf: Instant,
): Promise<boolean> {
  const wanted = [
    ...new Map(
      accepted.flatMap((deed) => deed.next(followed.referralOf, duties)).map((task) => [task.sourceKey, task]),
    ).values(),
  ];
  // Only a chain of edits, or a record judged again, can have led to a task before.
  const again = new Set(accepted.flatMap((deed) => deed.plannedBefore));
  const known = await followups.moveNextTasks(
    tx,
    countyCode,
    wanted.filter(({ sourceKey }) => again.has(sourceKey)),
    'judged_again',
    asOf,
  );
  const exists = new Set(known.map(({ sourceKey }) => sourceKey));
  const made = wanted.filter(({ sourceKey }) => !exists.has(sourceKey));
  await insertTasks(tx, countyCode, made, asOf);
  const dropped = accepted.flatMap((deed) => deed.drops);
  await followups.dropTasks(tx, countyCode, dropped, dateOf(asOf), asOf);
  const moved = new Set(known.flatMap(({ sourceKey, moved }) => (moved ? sourceKey : [])));
  return wanted.some(
    (task) => !(exists.has(task.sourceKey) && !moved.has(task.sourceKey)) && isDueBeforeSweep(task.dueOn, dateOf(asOf)),
  );
}

/** What was found at the door beside the records. @returns whether a task is newly bound by somebody's leaving. */
async function writeFindings(tx: Tx, actor: AccountActor, accepted: readonly Deed[], asOf: Instant): Promise<boolean> {
  const { countyCode, accountId } = actor;
  await found.withdrawChangeRequests(
    tx,
    countyCode,
    accepted.flatMap(({ record, subject }) => (record.kind === 'not_met' ? (subject.superseded?.chain ?? []) : [])),
    asOf,
  );
  await found.insertChangeRequests(
    tx,
    countyCode,
    accepted.flatMap((deed) => deed.changes),
    accountId,
    asOf,
  );
  const presence = accepted.flatMap((deed) => deed.presence);
  if (presence.length > 0) await insertPresence(tx, countyCode, presence, asOf);
  await found.signContracts(
    tx,
    countyCode,
    accepted.flatMap((deed) => deed.signings),
    accountId,
  );
  return (
    (await found.boundTasks(
      tx,
      countyCode,
      accepted.flatMap((deed) => deed.bounds),
    )) > 0
  );
}
