// src/reports/rules/pace.ts: how fast a drive goes, where that leads, and what it would take.
import { type Calendar, planned } from '../../places/rules.ts';
import { type CivilDate, plusDays } from '../../platform/civil.ts';

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
