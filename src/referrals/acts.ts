// src/referrals/acts.ts: what people say of a referral, and the alarms it raises until they do.
import { randomUUID } from 'node:crypto';
import { insertNotices } from '../notices/store.ts';
import { type Actor, accountOf } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { dateOf, type Instant } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { wake, workflowIds } from '../platform/wake.ts';
import { shiftAt } from '../teams/store/roster.ts';
import { inTheStead, supervisorsOf } from '../teams/store.ts';
import {
  type AlarmStep,
  alarmKey,
  hasEnded,
  isOver,
  joinedInHand,
  nextAlarm,
  type ReferralEventKind,
  refusedEvent,
} from './rules.ts';
import * as store from './store.ts';

export interface Said {
  /** When it happened; now, where it is not said. */
  readonly occurredAt?: Instant | undefined;
  readonly note?: string | null | undefined;
  /** The number of the event the sender last saw: somebody else's later word is then not talked over. */
  readonly seq?: number | undefined;
}

/**
 * Advises a referral that no visit led to: a clinic's finding. A second urgent one joins the open one of that person.
 * @returns its id, and whether it is new.
 */
export async function advise(
  tx: Tx,
  actor: Actor,
  advice: Omit<store.NewReferral, 'id'>,
  asOf: Instant,
): Promise<{ readonly id: string; readonly made: boolean }> {
  const by = accountOf(actor);
  if (by === null) throw new Error('somebody advises a referral');
  const open = await store.openReferralsOf(tx, actor.countyCode, advice.personId);
  const joined = advice.kind === 'urgent' ? open.find(({ kind }) => kind === 'urgent') : undefined;
  if (joined) return { id: joined.id, made: false };
  const id = randomUUID();
  await store.insertReferrals(tx, actor.countyCode, [{ ...advice, id }], by, asOf);
  await audit(tx, actor, asOf, 'referral.advised', `referral/${id}`, { kind: advice.kind });
  await wake(tx, [workflowIds.referral(id)]);
  return { id, made: true };
}

/** Takes it in hand: from here on somebody knows. Another may take it over. */
export const own = say('owned');
/** The patient has set out. */
export const leave = say('left');
/** The patient has arrived. */
export const arrive = say('arrived');

/** What came of it, in words. Ends the referral. @throws DomainError 422 `outcome_missing`. */
export async function outcome(tx: Tx, actor: Actor, id: string, said: Said, asOf: Instant): Promise<store.ReferralRow> {
  if (!said.note) throw new DomainError(Status.invalid, { code: 'outcome_missing', field: '/note' });
  return write(tx, actor, id, 'outcome', said, asOf);
}

/** Ends it because the reading was wrong; what was told stands. @throws DomainError 422 `reason_missing`. */
export async function standDown(
  tx: Tx,
  actor: Actor,
  id: string,
  said: Said,
  asOf: Instant,
): Promise<store.ReferralRow> {
  if (!said.note) throw new DomainError(Status.invalid, { code: 'reason_missing', field: '/note' });
  return write(tx, actor, id, 'stood_down', said, asOf);
}

function say(kind: 'owned' | 'left' | 'arrived') {
  return (tx: Tx, actor: Actor, id: string, said: Said, asOf: Instant): Promise<store.ReferralRow> =>
    write(tx, actor, id, kind, said, asOf);
}

/**
 * Writes one event after the latest.
 * @throws DomainError 404 `referral_unknown`, 409 `referral_ended`, `already_recorded` or `referral_moved_on`, 422 `from_the_future`.
 */
async function write(
  tx: Tx,
  actor: Actor,
  id: string,
  kind: ReferralEventKind,
  said: Said,
  asOf: Instant,
): Promise<store.ReferralRow> {
  const referral = await store.referralOf(tx, actor.countyCode, id);
  if (!referral) throw new DomainError(Status.missing, { code: 'referral_unknown' });
  if (said.seq !== undefined && said.seq !== referral.seq)
    throw new DomainError(Status.conflict, { code: 'referral_moved_on' });
  if (said.occurredAt !== undefined && said.occurredAt > asOf)
    throw new DomainError(Status.invalid, { code: 'from_the_future', field: '/occurredAt' });
  if (
    kind === 'owned' &&
    referral.ownerId !== null &&
    referral.ownerId === accountOf(actor) &&
    !hasEnded(referral.events)
  )
    return referral;
  const refused = refusedEvent(kind, referral.events);
  if (refused) throw new DomainError(Status.conflict, { code: refused });
  const event = {
    referralId: id,
    areaCode: referral.areaCode,
    kind,
    occurredAt: said.occurredAt ?? asOf,
    accountId: accountOf(actor),
    note: said.note ?? null,
  };
  if (!(await store.insertEvent(tx, actor.countyCode, event, referral.seq, asOf)))
    throw new DomainError(Status.conflict, { code: 'referral_moved_on' });
  await audit(tx, actor, asOf, `referral.${kind}`, `referral/${id}`);
  await wake(tx, [workflowIds.referral(id)]);
  return {
    ...referral,
    events: [...referral.events, kind],
    seq: referral.seq + 1,
    ownerId: kind === 'owned' ? accountOf(actor) : referral.ownerId,
  };
}

export interface ReferralLook {
  readonly ended: boolean;
  /** The alarm to raise now. */
  readonly due: AlarmStep | null;
  readonly next: Instant | null;
}

/** Where a referral stands, for its story. One that does not exist has ended. */
export async function lookAtReferral(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<ReferralLook> {
  const referral = await store.referralOf(tx, actor.countyCode, id);
  if (!referral || hasEnded(referral.events)) return { ended: true, due: null, next: null };
  return { ended: false, ...nextAlarm(referral, await store.raisedAlarms(tx, actor.countyCode, id), asOf) };
}

/** Tells whoever an alarm is for, at once and at any hour, unless it is over. @returns how many notices stand for it. */
export async function raiseAlarm(
  tx: Tx,
  actor: Actor,
  id: string,
  step: AlarmStep,
  asOf: Instant,
): Promise<{ told: number }> {
  const referral = await store.referralOf(tx, actor.countyCode, id);
  if (!referral || isOver(step, referral)) return { told: 0 };
  const nth = (await store.raisedAlarms(tx, actor.countyCode, id)).filter((raised) => raised === 'again').length + 1;
  const again = step === 'again';
  if (again && joinedInHand(referral.events) < nth) return { told: 1 }; // somebody else has just told it
  const people = await toldAt(tx, actor.countyCode, step, referral.areaCode, asOf);
  const owners = again && referral.ownerId !== null ? [referral.ownerId] : [];
  for (const id of await inTheStead(tx, actor.countyCode, owners, dateOf(asOf)))
    if (!people.includes(id)) people.push(id);
  const made = await insertNotices(
    tx,
    actor.countyCode,
    people.map((accountId) => ({
      key: alarmKey(id, step, accountId, again ? nth : 1),
      kind: 'urgent' as const,
      accountId,
      urgent: true,
      subjectId: id,
      params: {
        words: `referral.alarm.${step}`,
        path: `/referrals/${id}`,
        step,
        ...(again ? { nth } : {}),
        area: referral.areaCode,
        advisedAt: referral.advisedAt,
      },
      availableAt: asOf,
    })),
    asOf,
  );
  if (made.length > 0) {
    await audit(tx, actor, asOf, 'referral.alarm', `referral/${id}`, { step, told: made.length });
    await wake(tx, [workflowIds.courier(actor.countyCode)]);
  }
  return { told: people.length };
}

/** Whom a step tells, leave settled; where nobody of its post can be reached, the next post up: an alarm always reaches somebody. */
async function toldAt(tx: Tx, countyCode: string, step: AlarmStep, areaCode: string, asOf: Instant): Promise<string[]> {
  const town = areaCode.slice(0, 9);
  if (step === 'first' || step === 'second' || step === 'again') {
    const shift = await shiftAt(tx, countyCode, town, asOf);
    const turn = step === 'second' ? shift[1] : shift[0];
    if (turn) return [turn];
  }
  if (step === 'county') {
    const line = await shiftAt(tx, countyCode, areaCode.slice(0, 6), asOf);
    if (line.length > 0) return line;
  }
  const posts =
    step === 'county' || step === 'arrival_county' ? [] : await supervisorsOf(tx, countyCode, town, dateOf(asOf));
  const reached = posts.length > 0 ? posts : await supervisorsOf(tx, countyCode, areaCode.slice(0, 6), dateOf(asOf));
  return reached.map(({ accountId }) => accountId);
}
