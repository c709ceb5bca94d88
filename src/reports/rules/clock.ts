// src/reports/rules/clock.ts: which day of a drive it is, and how many are lost, gone and ahead.
import { type DriveDays, driveDays } from '../../campaigns/rules/stages.ts';
import { type Calendar, countDays } from '../../places/rules.ts';
import { type CivilDate, daysBetween, plusDays } from '../../platform/civil.ts';

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
