// src/clinics/rules.ts: which stage of a clinic session may follow which, when its story moves on, and its three numbers.
import type { Calendar } from '../places/rules.ts';
import { at, type CivilDate, type Instant, plusDays, plusMinutes, type TimeOfDay, weekday } from '../platform/civil.ts';

export const stages = [
  'planned',
  'staffed',
  'announced',
  'open',
  'closed',
  'reported',
  'rescheduled',
  'cancelled',
] as const;
export type Stage = (typeof stages)[number];

const next: Readonly<Record<Stage, readonly Stage[]>> = {
  planned: ['staffed', 'rescheduled', 'cancelled'],
  staffed: ['announced', 'rescheduled', 'cancelled'],
  announced: ['open', 'rescheduled', 'cancelled'],
  open: ['closed'],
  closed: ['reported'],
  reported: [],
  // Its staff may stand or be named anew; either way they are told the new day.
  rescheduled: ['staffed', 'announced', 'rescheduled', 'cancelled'],
  cancelled: [],
};

export const mayFollow = (from: Stage, to: Stage): boolean => next[from].includes(to);
export const hasEnded = (stage: Stage): boolean => next[stage].length === 0;
/** Staff are named, and changed, until the doors open. */
export const takesStaff = (stage: Stage): boolean => mayFollow(stage, 'cancelled');

/** A session as its story sees it. */
export interface SessionFacts {
  readonly stage: Stage;
  readonly heldOn: CivilDate;
  readonly fromTime: TimeOfDay;
  readonly toTime: TimeOfDay;
  readonly staff: number;
}

const ANNOUNCE_WORKDAYS = 3; // working days before: a rota can still be changed, and nobody has forgotten by the day
const CLOSE_AFTER = 60; // min: the tent is down and the last findings are being written

export interface SessionTimes {
  /** Staff are told, or whoever planned it is told that nobody is named. */
  readonly announceAt: Instant;
  readonly openAt: Instant;
  /** A session still open is asked to close. */
  readonly closeAt: Instant;
  /** A session not reported is asked for its report: the next working morning. */
  readonly reportAt: Instant;
}

/** The moments at which a session's story looks up. */
export function sessionTimes(
  session: Pick<SessionFacts, 'heldOn' | 'fromTime' | 'toTime'>,
  calendar: Calendar,
): SessionTimes {
  const first = calendar.latestWorkday(plusDays(session.heldOn, -1));
  const announceOn = workdaysBefore(first, ANNOUNCE_WORKDAYS - 1, calendar);
  return {
    announceAt: at(announceOn, '08:00'),
    openAt: at(session.heldOn, session.fromTime),
    closeAt: plusMinutes(at(session.heldOn, session.toTime), CLOSE_AFTER),
    reportAt: at(calendar.nextWorkday(session.heldOn), '08:00'),
  };
}

function workdaysBefore(day: CivilDate, count: number, calendar: Calendar): CivilDate {
  let found = day;
  for (let n = 0; n < count; n++) found = calendar.latestWorkday(plusDays(found, -1));
  return found;
}

/** What a session's own story does next. */
export const storySteps = ['announce', 'open', 'unstaffed', 'close', 'report'] as const;
export type StoryStep = (typeof storySteps)[number];

/**
 * The one thing due at `asOf`: an announcement, the opening, or a reminder to whoever planned the session.
 * @param told reminders already sent for the day it is held on now.
 */
export function dueStep(
  session: Pick<SessionFacts, 'stage' | 'staff'>,
  times: SessionTimes,
  told: readonly string[],
  asOf: Instant,
): StoryStep | null {
  const remind = (step: 'unstaffed' | 'close' | 'report', from: Instant): StoryStep | null =>
    asOf >= from && !told.includes(step) ? step : null;
  switch (session.stage) {
    case 'planned':
      return remind('unstaffed', times.announceAt);
    case 'rescheduled':
    case 'staffed':
      if (session.staff === 0) return remind('unstaffed', times.announceAt);
      return asOf >= times.announceAt ? 'announce' : null;
    case 'announced':
      return asOf >= times.openAt ? 'open' : null;
    case 'open':
      return remind('close', times.closeAt) ?? remind('report', times.reportAt);
    case 'closed':
      return remind('report', times.reportAt);
    case 'reported':
    case 'cancelled':
      return null;
  }
}

/** When something may next fall due, strictly after `asOf`. */
export function nextLook(times: SessionTimes, asOf: Instant): Instant | null {
  const ahead = [times.announceAt, times.openAt, times.closeAt, times.reportAt].filter((moment) => moment > asOf);
  return ahead.length === 0 ? null : ahead.reduce((a, b) => (a < b ? a : b));
}

/** 60,000 ÷ 70, rounded down (S0-29): from here a session's sign-in is looked at. */
const MANY_PERSON_TIMES = 857;

export interface SessionNumbers {
  /** Different people: each known person once, and each sign-in of somebody not on the register. */
  readonly persons: number;
  readonly personTimes: number;
  readonly professionals: number;
}

/** @returns whether the sign-in sheets are wanted: of very many person-times as a question, of a late entry before it counts. */
export const wantsSignInEvidence = (personTimes: number, late = false): boolean =>
  late || personTimes >= MANY_PERSON_TIMES;

/** Sheets are evidence when their signed lines are at least the person-times they stand for. */
export const hasSignInEvidence = (personTimes: number, sheetLines: number): boolean =>
  personTimes > 0 && sheetLines >= personTimes;

/** Whether a reported session counts for a goal and discharges its town. SQL says the same in `clinic_counts`. */
export const countsForGoal = (late: boolean, personTimes: number, sheetLines: number): boolean =>
  !late || hasSignInEvidence(personTimes, sheetLines);

const RECORDED_WITHIN = 3; // calendar days: a holiday weekend without signal; what comes later is a late entry

/** Whether something of a session held on `heldOn` that is entered on `day` is a late entry: `planned` when its day had passed, closed when three more had. */
export const isLateEntry = (did: 'plan' | 'close', heldOn: CivilDate, day: CivilDate): boolean =>
  day > (did === 'plan' ? heldOn : plusDays(heldOn, RECORDED_WITHIN));

/** @returns person-times a session, to one decimal; null where none was held. */
export const meanPersonTimes = (personTimes: number, sessions: number): number | null =>
  sessions === 0 ? null : Math.round((personTimes / sessions) * 10) / 10;

/** Mondays of the weeks from `from` to `to`, both included. */
export function weeksBetween(from: CivilDate, to: CivilDate): readonly CivilDate[] {
  const weeks: CivilDate[] = [];
  for (let day = mondayOf(from); day <= to; day = plusDays(day, 7)) weeks.push(day);
  return weeks;
}

export function mondayOf(day: CivilDate): CivilDate {
  return plusDays(day, 1 - weekday(day));
}

/** One notice a person, a moment and a day: a rescheduled session tells its staff again. */
export function clinicNoticeKey(session: string, step: ClinicStep, heldOn: CivilDate, account: string): string {
  return `clinic/${session}/${step}/${heldOn}/${account}`;
}

/** What a session tells somebody. */
export const clinicSteps = ['announced', 'unstaffed', 'close', 'report', 'cancelled'] as const;
export type ClinicStep = (typeof clinicSteps)[number];
