// src/referrals/rules.ts: who is told of an emergency and when, until somebody owns it, the patient has arrived and the outcome is known.
import { type Instant, plusMinutes } from '../platform/civil.ts';

export const referralEvents = ['advised', 'joined', 'owned', 'left', 'arrived', 'outcome', 'stood_down'] as const;
export type ReferralEventKind = (typeof referralEvents)[number];

export interface ReferralFacts {
  readonly kind: 'ordinary' | 'urgent';
  /** When it was measured. */
  readonly advisedAt: Instant;
  /** When the county learned of it: a phone without signal tells late. */
  readonly recordedAt: Instant;
  readonly events: readonly ReferralEventKind[];
}

/** In the order of their telling. */
export const alarmSteps = ['first', 'second', 'county', 'arrival', 'arrival_county'] as const;
/** `again`: a further emergency reading of somebody already in hand; once for each. */
export type AlarmStep = (typeof alarmSteps)[number] | 'again';

const MINUTE = { second: 15, county: 30, arrival: 24 * 60, arrival_county: 48 * 60 } as const; // nobody owns it: the second on the roster, then the county; no arrival: the town, then the county

/** When each alarm is due: the first three from the moment somebody could know, arrival from the moment of the reading. */
export function alarmPlan({
  advisedAt,
  recordedAt,
}: Pick<ReferralFacts, 'advisedAt' | 'recordedAt'>): Readonly<Record<(typeof alarmSteps)[number], Instant>> {
  const notBeforeKnown = (at: Instant) => (at > recordedAt ? at : recordedAt);
  return {
    first: recordedAt,
    second: plusMinutes(recordedAt, MINUTE.second),
    county: plusMinutes(recordedAt, MINUTE.county),
    arrival: notBeforeKnown(plusMinutes(advisedAt, MINUTE.arrival)),
    arrival_county: notBeforeKnown(plusMinutes(advisedAt, MINUTE.arrival_county)),
  };
}

export const hasEnded = (events: readonly ReferralEventKind[]): boolean =>
  events.includes('outcome') || events.includes('stood_down');

const isInHand = (events: readonly ReferralEventKind[]): boolean =>
  events.some((event) => event !== 'advised' && event !== 'joined');

/** Further readings that came when somebody had it in hand already: until then the other alarms speak for them. */
export const joinedInHand = (events: readonly ReferralEventKind[]): number =>
  events.filter((event, n) => event === 'joined' && isInHand(events.slice(0, n))).length;

/** Whether an alarm is no longer called for: somebody has it in hand, or the patient is there. The first is told always. */
export function isOver(step: AlarmStep, { kind, events }: Pick<ReferralFacts, 'kind' | 'events'>): boolean {
  if (kind !== 'urgent' || hasEnded(events)) return true;
  switch (step) {
    case 'first':
    case 'again':
      return false;
    case 'second':
    case 'county':
      return isInHand(events);
    case 'arrival':
    case 'arrival_county':
      return events.includes('arrived');
  }
}

/** The alarm to raise at `asOf`, and when the next one will be. `raised` are those that stand already. */
export function nextAlarm(
  referral: ReferralFacts,
  raised: readonly AlarmStep[],
  asOf: Instant,
): { readonly due: AlarmStep | null; readonly next: Instant | null } {
  const again = raised.filter((step) => step === 'again').length;
  if (!isOver('again', referral) && joinedInHand(referral.events) > again) return { due: 'again', next: null };
  const plan = alarmPlan(referral);
  const open = alarmSteps
    .filter((step) => !raised.includes(step) && !isOver(step, referral))
    .toSorted((a, b) => (plan[a] < plan[b] ? -1 : plan[a] > plan[b] ? 1 : 0));
  const due = open.find((step) => plan[step] <= asOf) ?? null;
  const ahead = open.find((step) => plan[step] > asOf);
  return { due, next: ahead ? plan[ahead] : null };
}

/** Why an event cannot be written now, or null. */
export function refusedEvent(
  event: ReferralEventKind,
  events: readonly ReferralEventKind[],
): 'referral_ended' | 'already_recorded' | null {
  if (events.includes('outcome') && event === 'outcome') return 'already_recorded';
  if (hasEnded(events)) return 'referral_ended';
  return event !== 'owned' && events.includes(event) ? 'already_recorded' : null;
}

/** One notice a step and person. */
export const alarmKey = (referralId: string, step: AlarmStep, accountId: string, nth = 1): string =>
  `urg/${referralId}/${step}${nth > 1 ? nth : ''}/${accountId}`;
