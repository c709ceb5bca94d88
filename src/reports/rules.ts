// src/reports/rules.ts: the arithmetic of progress: where a drive stands, where it is going, and what a survey proves.
import { type DriveDays, driveDays } from '../campaigns/rules/stages.ts';
import { type Calendar, countDays, planned } from '../places/rules.ts';
import { type CivilDate, daysBetween, plusDays } from '../platform/civil.ts';

export interface Window {
  readonly from: CivilDate;
  readonly to: CivilDate;
}

export interface DriveClock extends DriveDays {
  /** Day `day` of `days`. */
  readonly day: number;
  readonly days: number;
  readonly workdays: number;
  /** Completed since the launch, the launch day among them. */
  readonly daysSince: number;
  readonly workdaysSince: number;
  /** Still ahead, today among them. */
  readonly daysAhead: number;
  readonly workdaysAhead: number;
}

/** Which day of the drive `today` is, and how many are lost, gone and ahead. */
export function driveClock(window: Window, launchedOn: CivilDate, today: CivilDate, calendar: Calendar): DriveClock {
  const whole = countDays(window.from, window.to, calendar);
  const yesterday = plusDays(today, -1);
  const since = countDays(launchedOn, yesterday < window.to ? yesterday : window.to, calendar);
  const ahead = countDays(today, window.to, calendar);
  return {
    ...driveDays(window, launchedOn, calendar),
    day: Math.min(Math.max(daysBetween(window.from, today) + 1, 0), whole.days),
    days: whole.days,
    workdays: whole.workdays,
    daysSince: since.days,
    workdaysSince: since.workdays,
    daysAhead: ahead.days,
    workdaysAhead: ahead.workdays,
  };
}

export interface Pace {
  /** What a line to the window's end expects by now; it does not depend on due dates. */
  readonly planned: number;
  /** A working day, by the end of yesterday; null before the first is over. */
  readonly pace: number | null;
  readonly slowest: number | null;
  readonly fastest: number | null;
  /** By the window's end at this pace, and at the slowest and the fastest five days so far. */
  readonly forecast: number | null;
  readonly forecastLow: number | null;
  readonly forecastHigh: number | null;
  readonly shortfall: number | null;
  /** A working day from today to the window's end; null when no working day is left. */
  readonly paceNeeded: number | null;
  /** `paceNeeded` against `pace`: 0.23 is 23 % more. */
  readonly paceChange: number | null;
}

const STRETCH = 5; // working days: a week's rhythm, market day included

/** What a stretch of days leads to at one daily pace. What has been seen stays seen; today's own is not counted twice. */
function forecastAt(pace: number, seenByYesterday: number, seen: number, workdaysAhead: number): number {
  return Math.max(seen, seenByYesterday + Math.round(pace * workdaysAhead));
}

/**
 * @param seenOn seen for the first time on each working day completed since the launch.
 * @param seen so far, today's included.
 * @param workdaysOfPlan working days from the launch to the window's end.
 */
export function paceOf(total: number, seenOn: readonly number[], seen: number, workdaysOfPlan: number): Pace {
  const done = seenOn.length;
  const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);
  const byYesterday = sum(seenOn);
  const pace = done === 0 ? null : byYesterday / done;
  const stretch = Math.min(STRETCH, done);
  const stretches =
    done === 0 ? [] : seenOn.slice(stretch - 1).map((_, n) => sum(seenOn.slice(n, n + stretch)) / stretch);
  const slowest = stretches.length === 0 ? null : Math.min(...stretches);
  const fastest = stretches.length === 0 ? null : Math.max(...stretches);
  const left = Math.max(0, workdaysOfPlan - done);
  const at = (daily: number | null): number | null =>
    daily === null ? null : forecastAt(daily, byYesterday, seen, left);
  const forecast = at(pace);
  const paceNeeded = left > 0 ? Math.max(0, total - seen) / left : null;
  return {
    planned: workdaysOfPlan === 0 ? total : planned(total, done, workdaysOfPlan),
    pace,
    slowest,
    fastest,
    forecast,
    forecastLow: at(slowest),
    forecastHigh: at(fastest),
    shortfall: forecast === null ? null : Math.max(0, total - forecast),
    paceNeeded,
    paceChange: pace === null || pace === 0 || paceNeeded === null ? null : paceNeeded / pace - 1,
  };
}

/** A town's forecast never passes its total, so the towns' shortfalls need not add up to the county's. */
export function townForecast(
  total: number,
  seenByYesterday: number,
  seen: number,
  workdaysDone: number,
  workdaysOfPlan: number,
): { readonly forecast: number | null; readonly shortfall: number | null } {
  if (workdaysDone === 0) return { forecast: null, shortfall: null };
  const ahead = Math.max(0, workdaysOfPlan - workdaysDone);
  const forecast = Math.min(total, forecastAt(seenByYesterday / workdaysDone, seenByYesterday, seen, ahead));
  return { forecast, shortfall: total - forecast };
}

/**
 * The working day on which what is left is seen at a daily pace, today being the first; null where nothing is left, where
 * nothing moves, or where the calendar does not reach that far.
 * @param left not yet seen by the end of yesterday.
 */
export function finishOn(left: number, pace: number | null, today: CivilDate, calendar: Calendar): CivilDate | null {
  if (pace === null || pace <= 0 || left <= 0) return null;
  try {
    return calendar.plusWorkdays(plusDays(today, -1), Math.ceil(left / pace));
  } catch {
    return null;
  }
}

const Z95 = 1.959963984540054; // two-sided 95 %

/** Wilson's 95 % interval of a share, as fractions. @throws RangeError for an impossible sample. */
export function wilson(successes: number, asked: number): { readonly low: number; readonly high: number } {
  if (asked <= 0 || successes < 0 || successes > asked) throw new RangeError(`${successes} of ${asked} is no sample`);
  const p = successes / asked;
  const z2 = Z95 * Z95;
  const centre = p + z2 / (2 * asked);
  const spread = Z95 * Math.sqrt((p * (1 - p)) / asked + z2 / (4 * asked * asked));
  const scale = 1 + z2 / asked;
  return { low: Math.max(0, (centre - spread) / scale), high: Math.min(1, (centre + spread) / scale) };
}

export type GoalState = 'reached' | 'not_reached' | 'not_proven' | 'not_surveyed' | 'open';

/** A sampled goal is reached only where the interval says so. Nothing asked: 未测. */
export function surveyState(successes: number | null, asked: number | null, atLeast: number): GoalState {
  if (successes === null || asked === null || asked === 0) return 'not_surveyed';
  const { low, high } = wilson(successes, asked);
  return low >= atLeast ? 'reached' : high < atLeast ? 'not_reached' : 'not_proven';
}

/** A counted goal: reached as soon as it is, missed only when its day is over. */
export function countedState(numerator: number, denominator: number, atLeast: number, over: boolean): GoalState {
  if (denominator > 0 && numerator / denominator >= atLeast) return 'reached';
  return over ? 'not_reached' : 'open';
}
