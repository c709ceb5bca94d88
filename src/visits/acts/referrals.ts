// src/visits/acts/referrals.ts: which referrals a stop advises, stands down or hears of; an emergency is raised even where its record waits for review.
import type { AccountActor } from '../../platform/actor.ts';
import type { Instant } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { workflowIds } from '../../platform/wake.ts';
import { hasEnded, type ReferralEventKind, refusedEvent } from '../../referrals/rules.ts';
import * as store from '../../referrals/store.ts';
import type { Deed } from '../rules/deeds.ts';
import type { ReviewReason } from '../schema.ts';

export interface Followed {
  /** The referral that a record led to, whichever record of its chain did. */
  readonly referralOf: (recordId: string) => string | null;
  readonly wakes: readonly string[];
  /** Writes them, once the records stand. */
  readonly write: () => Promise<void>;
}

const UNSURE = ['INCOMPLETE', 'REJECT'];
const DOUBLED: readonly ReviewReason[] = ['second_record', 'same_id_other_body']; // no reading of its own

/** Plans what becomes of referrals; nothing is written yet, so that the tasks and the receipt can name them. */
export async function followReferrals(
  tx: Tx,
  actor: AccountActor,
  deeds: readonly Deed[],
  fresh: readonly string[],
  occurredAt: Instant,
  asOf: Instant,
): Promise<Followed> {
  const { countyCode, accountId } = actor;
  const ids = [...fresh];
  const made: store.NewReferral[] = [];
  const events: store.NewEvent[] = [];
  const of = new Map<string, string>();
  const standDowns = new Map<string, store.NewEvent>();
  const stands = new Set<string>(); // referrals that a reading of this stop keeps open

  const judged = deeds
    .filter(({ corrected }) => !corrected)
    .flatMap((deed) => deed.verdicts.map((verdict) => ({ deed, verdict })));
  const chainOf = ({ record }: (typeof judged)[number]['verdict']) => [
    ...new Set([...record.chain, record.rootId, record.id]),
  ];
  // Most records neither refer nor correct anything, and then there is nothing to ask.
  const asked = judged.filter(
    ({ verdict }) =>
      verdict.assessment.referral !== null || verdict.record.chain.length > 0 || verdict.visitHash !== null,
  );
  const urgentOf = asked
    .filter(({ verdict }) => verdict.assessment.referral === 'urgent')
    .map(({ verdict }) => verdict.record.personId);
  await store.lockUrgentOf(tx, urgentOf);
  const before = await store.referralsOfRecords(
    tx,
    countyCode,
    asked.flatMap(({ verdict }) => chainOf(verdict)),
    urgentOf,
  );
  for (const { deed, verdict } of asked) {
    const { record, assessment } = verdict;
    const wanted = assessment.referral === 'specialist_advice' ? null : assessment.referral;
    const chain = chainOf(verdict);
    const hers = before.filter(({ personId }) => personId === record.personId);
    const ledTo = (referral: store.ReferralRow) => referral.readings.some(({ recordId }) => chain.includes(recordId));
    const open = hers.filter((referral) => ledTo(referral) && !hasEnded(referral.events));
    const kept = open.find(({ kind }) => kind === wanted);
    const known = hers.some(({ readings }) => readings.some(({ recordId }) => recordId === record.id));
    const recordId = deed.reason === 'same_id_other_body' ? ids.shift() : record.id; // another record has that id, and may have its own
    if (!recordId) throw new Error('a visit led to more referrals than it has ids for');
    const urgent =
      wanted === 'urgent'
        ? (hers.find((referral) => referral.kind === 'urgent' && !hasEnded(referral.events)) ??
          made.find((referral) => referral.kind === 'urgent' && referral.personId === record.personId))
        : undefined;
    const joins = kept ?? urgent;
    if (joins) {
      of.set(record.id, joins.id);
      if (deed.reason === null || !DOUBLED.includes(deed.reason)) stands.add(joins.id);
      if (wanted === 'urgent' && !known)
        events.push({ ...eventOf(joins, 'joined', record.occurredAt, accountId, null, asOf), recordId });
    } else if (wanted && deed.subject.person && !known) {
      const id = ids.shift();
      if (!id) throw new Error('a visit led to more referrals than it has ids for');
      const { villageCode } = deed.subject.person;
      made.push({
        id,
        recordId,
        areaCode: villageCode,
        personId: record.personId,
        enrolmentId: record.enrolmentId,
        kind: wanted,
        advisedAt: record.occurredAt < asOf ? record.occurredAt : asOf,
      });
      of.set(record.id, id);
    }
    if (deed.reason !== null || UNSURE.includes(assessment.class)) continue;
    // Stood down by a correction, unless another reading that stands led to it too.
    const alone = (referral: store.ReferralRow) =>
      !referral.readings.some((reading) => reading.standing && !chain.includes(reading.recordId));
    for (const referral of open.filter((other) => other !== kept && alone(other)))
      standDowns.set(referral.id, eventOf(referral, 'stood_down', asOf, accountId, 'corrected_reading', asOf));
  }
  events.push(...[...standDowns].filter(([id]) => !stands.has(id)).map(([, event]) => event));
  for (const deed of deeds.filter(({ record, reason }) => record.kind === 'referral_check' && reason === null)) {
    events.push(...(await heardOf(tx, actor, deed, occurredAt, asOf)));
  }
  return {
    referralOf: (recordId) => of.get(recordId) ?? null,
    wakes: [
      ...made.map(({ id }) => workflowIds.referral(id)),
      ...events.map(({ referralId }) => workflowIds.referral(referralId)),
    ],
    async write() {
      await store.insertReferrals(tx, countyCode, made, accountId, asOf);
      for (const event of events) await store.appendEvent(tx, countyCode, event, asOf); // one or two, in their order
    },
  };
}

function eventOf(
  referral: Pick<store.NewReferral, 'id' | 'areaCode'>,
  kind: ReferralEventKind,
  occurredAt: Instant,
  accountId: string,
  note: string | null,
  asOf: Instant,
): store.NewEvent {
  const { id: referralId, areaCode } = referral;
  return { referralId, areaCode, kind, occurredAt: occurredAt < asOf ? occurredAt : asOf, accountId, note };
}

/** A check says whether the patient arrived and what came of it, in words. */
async function heardOf(
  tx: Tx,
  { countyCode, accountId }: AccountActor,
  deed: Deed,
  occurredAt: Instant,
  asOf: Instant,
) {
  const { record, subject } = deed;
  if (record.kind !== 'referral_check' || !subject.person) return [];
  const open = await store.openReferralsOf(tx, countyCode, subject.person.id);
  const meant = subject.task?.subject === 'referral' ? open.filter(({ id }) => id === subject.task?.subjectId) : open;
  const words = record.body.outcome?.trim();
  const kinds: ReferralEventKind[] = [
    ...(record.body.arrived ? (['arrived'] as const) : []),
    ...(words ? (['outcome'] as const) : []),
  ];
  return meant.flatMap((referral) =>
    kinds
      .filter((kind) => refusedEvent(kind, referral.events) === null)
      .map((kind) => eventOf(referral, kind, occurredAt, accountId, kind === 'outcome' ? (words ?? null) : null, asOf)),
  );
}
