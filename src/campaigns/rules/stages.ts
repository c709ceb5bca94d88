// src/campaigns/rules/stages.ts: which stage may follow which, and the days of a drive that is told honestly.
import { type Calendar, countDays } from '../../places/rules.ts';
import { at, type CivilDate, type Instant, plusDays } from '../../platform/civil.ts';

export type Stage =
  | 'draft'
  | 'submitted'
  | 'approved'
  | 'ready'
  | 'running'
  | 'paused'
  | 'closing'
  | 'closed'
  | 'cancelled';

const next: Readonly<Record<Stage, readonly Stage[]>> = {
  draft: ['draft', 'submitted', 'cancelled'],
  submitted: ['draft', 'approved', 'cancelled'],
  approved: ['ready', 'cancelled'],
  ready: ['running', 'cancelled'],
  running: ['running', 'paused', 'closing', 'cancelled'], // running again: extended
  paused: ['paused', 'running', 'closing', 'cancelled'],
  closing: ['closed', 'cancelled'],
  closed: [],
  cancelled: [],
};

export const mayFollow = (from: Stage, to: Stage): boolean => next[from].includes(to);

/** Late entries are accepted for this many days after the window: phones come home from hills without a signal. */
export const CLOSING_GRACE_DAYS = 7;

/** The moment the window is over. */
export const windowEnds = (windowTo: CivilDate): Instant => at(plusDays(windowTo, 1), '00:00');
/** The last day of the grace: what is not done by then counts as not done on it. */
export const graceLastDay = (windowTo: CivilDate): CivilDate => plusDays(windowTo, CLOSING_GRACE_DAYS);
export const graceEnds = (windowTo: CivilDate): Instant => at(plusDays(graceLastDay(windowTo), 1), '00:00');

export interface DriveDays {
  /** Days of the window before the launch, which nobody fills in afterwards. */
  readonly daysLost: number;
  readonly workdaysLost: number;
  /** Days from the launch to the window's end, the launch day among them. */
  readonly daysLeft: number;
  readonly workdaysLeft: number;
}

export function driveDays(
  window: { readonly from: CivilDate; readonly to: CivilDate },
  launchedOn: CivilDate,
  calendar: Calendar,
): DriveDays {
  const lost = countDays(window.from, plusDays(launchedOn, -1), calendar);
  const left = countDays(launchedOn > window.from ? launchedOn : window.from, window.to, calendar);
  return { daysLost: lost.days, workdaysLost: lost.workdays, daysLeft: left.days, workdaysLeft: left.workdays };
}
