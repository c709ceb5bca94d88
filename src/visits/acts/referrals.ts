// src/visits/acts/referrals.ts: which referrals a stop advises, stands down or hears of; an emergency is raised even where its record waits for review.
import type { AccountActor } from '../../platform/actor.ts';
import type { Instant } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { workflowIds } from '../../platform/wake.ts';
import { hasEnded, type ReferralEventKind, refusedEvent } from '../../referrals/rules.ts';
import * as store from '../../referrals/store.ts';
import type { Deed } from '../rules/deeds.ts';

export interface Followed {
  /** The referral that a record led to, whichever record of its chain did. */
  readonly referralOf: (recordId: string) => string | null;
  readonly wakes: readonly string[];
  /** Writes them, once the records stand. */
  readonly write: () => Promise<void>;
}

const UNSURE = ['INCOMPLETE', 'REJECT'];

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
  const events: { readonly event: store.NewEvent; readonly seq: number }[] = [];
  const of = new Map<string, string>();

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
  const before = await store.referralsOfRecords(
    tx,
    countyCode,
    asked.flatMap(({ verdict }) => chainOf(verdict)),
  );
  for (const { deed, verdict } of asked) {
    const { record, assessment } = verdict;
    const wanted = assessment.referral === 'specialist_advice' ? null : assessment.referral;
    const hers = before.filter(({ personId }) => personId === record.personId);
    const open = hers.filter((referral) => chainOf(verdict).includes(referral.recordId) && !hasEnded(referral.events));
    const kept = open.find(({ kind }) => kind === wanted);
    if (kept) of.set(record.id, kept.id);
    else if (wanted && deed.subject.person && !hers.some(({ recordId }) => recordId === record.id)) {
      const id = ids.shift();
      if (!id) throw new Error('a visit led to more referrals than it has ids for');
      const { villageCode } = deed.subject.person;
      made.push({
        id,
        recordId: deed.reason === 'same_id_other_body' ? id : record.id, // another record has that id, and may have its own
        areaCode: villageCode,
        personId: record.personId,
        enrolmentId: record.enrolmentId,
        kind: wanted,
        advisedAt: record.occurredAt < asOf ? record.occurredAt : asOf,
      });
      of.set(record.id, id);
    }
    if (deed.reason !== null || UNSURE.includes(assessment.class)) continue;
    for (const referral of open.filter((other) => other !== kept)) {
      events.push({ event: eventOf(referral, 'stood_down', asOf, accountId, 'corrected_reading'), seq: referral.seq });
    }
  }
  for (const deed of deeds.filter(({ record, reason }) => record.kind === 'referral_check' && reason === null)) {
    events.push(...(await heardOf(tx, actor, deed, occurredAt)));
  }
  return {
    referralOf: (recordId) => of.get(recordId) ?? null,
    wakes: [
      ...made.map(({ id }) => workflowIds.referral(id)),
      ...events.map(({ event }) => workflowIds.referral(event.referralId)),
    ],
    async write() {
      await store.insertReferrals(tx, countyCode, made, accountId, asOf);
      for (const { event, seq } of events) await store.insertEvent(tx, countyCode, event, seq, asOf); // one or two, and each a compare-and-set
    },
  };
}

function eventOf(
  referral: store.ReferralRow,
  kind: ReferralEventKind,
  occurredAt: Instant,
  accountId: string,
  note: string | null,
): store.NewEvent {
  return { referralId: referral.id, areaCode: referral.areaCode, kind, occurredAt, accountId, note };
}

/** A check says whether the patient arrived and what came of it. */
async function heardOf(tx: Tx, { countyCode, accountId }: AccountActor, deed: Deed, occurredAt: Instant) {
  const { record, subject } = deed;
  if (record.kind !== 'referral_check' || !subject.person) return [];
  const open = await store.openReferralsOf(tx, countyCode, subject.person.id);
  const meant = subject.task?.subject === 'referral' ? open.filter(({ id }) => id === subject.task?.subjectId) : open;
  return meant.flatMap((referral) => {
    const kinds: ReferralEventKind[] = [
      ...(record.body.arrived ? (['arrived'] as const) : []),
      ...(record.body.outcome ? (['outcome'] as const) : []),
    ];
    return kinds
      .filter((kind) => refusedEvent(kind, referral.events) === null)
      .map((kind, n) => ({
        event: eventOf(
          referral,
          kind,
          occurredAt,
          accountId,
          kind === 'outcome' ? (record.body.outcome ?? null) : null,
        ),
        seq: referral.seq + n,
      }));
  });
}
