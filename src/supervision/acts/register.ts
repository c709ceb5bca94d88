// src/supervision/acts/register.ts: what the county does every night: its calendar, the follow-up review, joint duties that one side left unsaid, forgetting old answers, and whatever recurs.
import { planSession } from '../../clinics/acts.ts';
import type { NewSession } from '../../clinics/schema.ts';
import { nightlyReview } from '../../followups/acts.ts';
import { completeCalendar } from '../../places/store.ts';
import type { Actor, SystemActor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { at, type CivilDate, dateOf, type Instant, plusDays, plusMonths, timeOf } from '../../platform/civil.ts';
import type { Keys } from '../../platform/crypto.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError } from '../../platform/errors.ts';
import { forgetAnswers } from '../../platform/idempotency.ts';
import { mindJointDuties } from '../../visits/acts/confirm.ts';
import { ClinicSeries, RoundSeries } from '../schema.ts';
import { insertRecurrence, lockDueRecurrences, moveRecurrence, type RecurrenceRow } from '../store/recurrences.ts';
import { announceRound } from './rounds.ts';

const NIGHT = '02:00'; // nobody records, and the morning's sweeps find the night's tasks
const REVIEW = 'followups/review';

export interface RegisterSweep {
  readonly next: Instant;
  readonly ended: false;
  readonly more: boolean;
}

/** Starts a series: a clinic's or a round's. @returns false where the key is taken. @throws ZodError for a rule that is none. */
export async function startSeries(tx: Tx, actor: Actor, series: RecurrenceRow, asOf: Instant): Promise<boolean> {
  if (series.what === 'clinic') ClinicSeries.parse(series.rule);
  if (series.what === 'round') RoundSeries.parse(series.rule);
  const made = await insertRecurrence(tx, actor.countyCode, series);
  if (made)
    await audit(tx, actor, asOf, 'recurrence.started', series.key, { what: series.what, nextOn: series.nextOn });
  return made;
}

/** Does what fell due by the last 02:00. Each thing is made once: its recurrence is locked, moved on in the same transaction, and has a natural key besides. */
export async function sweepRegister(tx: Tx, actor: SystemActor, keys: Keys, asOf: Instant): Promise<RegisterSweep> {
  const today = dateOf(asOf);
  const night = timeOf(asOf) >= NIGHT ? today : plusDays(today, -1);
  await insertRecurrence(tx, actor.countyCode, { key: REVIEW, what: 'review', rule: {}, nextOn: night });
  for (const series of await lockDueRecurrences(tx, actor.countyCode, night)) {
    switch (series.what) {
      case 'review':
        await completeCalendar(tx, actor.countyCode, Number(today.slice(0, 4)) + 1, today); // a date may lie a year ahead
        await nightlyReview(tx, actor, asOf);
        await mindJointDuties(tx, actor, asOf);
        await forgetAnswers(tx, actor.countyCode, asOf);
        await moveRecurrence(tx, actor.countyCode, series.key, plusDays(night, 1));
        break;
      case 'clinic':
        await repeatClinic(tx, actor, series, night, asOf);
        break;
      case 'round':
        await repeatRound(tx, actor, keys, series, night, asOf);
        break;
    }
  }
  return { next: at(plusDays(night, 1), NIGHT), ended: false, more: false };
}

/** Plans the sessions of a series whose day to be planned has come. Days that passed unplanned, while nothing ran, are skipped. */
async function repeatClinic(
  tx: Tx,
  actor: SystemActor,
  series: RecurrenceRow,
  night: CivilDate,
  asOf: Instant,
): Promise<void> {
  const { everyDays, leadDays, plannedBy, ...session } = ClinicSeries.parse(series.rule);
  let next = series.nextOn;
  for (; next <= night; next = plusDays(next, everyDays)) {
    const heldOn = plusDays(next, leadDays);
    if (heldOn < dateOf(asOf)) continue;
    const planned = { ...session, heldOn } as NewSession;
    await unlessRefused(tx, actor, series.key, asOf, () => planSession(tx, actor, planned, asOf, plannedBy));
  }
  await moveRecurrence(tx, actor.countyCode, series.key, next);
}

/** Announces the round of each period that has begun and not ended; its id and its seed come from the series and the period. */
async function repeatRound(
  tx: Tx,
  actor: SystemActor,
  keys: Keys,
  series: RecurrenceRow,
  night: CivilDate,
  asOf: Instant,
): Promise<void> {
  const { everyMonths, plannedBy, ...round } = RoundSeries.parse(series.rule);
  let next = series.nextOn;
  for (; next <= night; next = plusMonths(next, everyMonths)) {
    const announced = { ...round, periodFrom: next, periodTo: plusDays(plusMonths(next, everyMonths), -1) };
    if (announced.periodTo < dateOf(asOf)) continue;
    const announcement = { key: `${actor.countyCode}/${series.key}/${next}`, plannedBy };
    await unlessRefused(tx, actor, series.key, asOf, () =>
      announceRound(tx, actor, keys, announced, announcement, asOf),
    );
  }
  await moveRecurrence(tx, actor.countyCode, series.key, next);
}

/** A thing that cannot be made (its town already has it, its drive is over) leaves a trace and does not stop the night; it was refused before it wrote. */
async function unlessRefused(
  tx: Tx,
  actor: Actor,
  key: string,
  asOf: Instant,
  make: () => Promise<unknown>,
): Promise<void> {
  try {
    await make();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    await audit(tx, actor, asOf, 'recurrence.refused', key, { codes: error.faults.map(({ code }) => code) });
  }
}
