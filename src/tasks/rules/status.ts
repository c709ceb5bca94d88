// src/tasks/rules/status.ts: where a task stands on a day. Derived from dates and stops of its clock, never stored.
import type { Calendar } from '../../places/rules.ts';
import { type CivilDate, plusDays } from '../../platform/civil.ts';
import { covers, type Days } from './days.ts';
import { CloseReason, type DoneFacts, DoneState, doneState } from './done.ts';

/** The days that do not count against a task, by why: nothing climbs on them, and they are never counted as late. */
export interface ClockStops {
  /** Holds in force; one lifted early ends on the day before it was lifted. */
  readonly holds: readonly Days[];
  /** Whoever it is owed to is known to be away and to come back: the person, or every adult of the household. */
  readonly away: readonly Days[];
  /** A death, a move or an unknown person told at the door waits for its decision. */
  readonly pending: readonly Days[];
}

export interface TaskDates extends ClockStops {
  readonly opensOn: CivilDate;
  readonly dueOn: CivilDate;
  /** Working days late before it is overdue; calendar days for a task bounded by presence. */
  readonly grace: number;
  /** A protocol's grace, as the last day it allows; late days are counted after it. */
  readonly graceUntil: CivilDate | null;
  /** The day on which the person leaves. Every calendar morning then counts, holidays too. */
  readonly boundedUntil: CivilDate | null;
  readonly closeReason: CloseReason | null;
  /** The day it happened, not the day it was recorded. */
  readonly closedOn: CivilDate | null;
}

export const TaskStatus = {
  upcoming: 'upcoming',
  due: 'due',
  late: 'late',
  overdue: 'overdue',
  held: 'held',
  away: 'away',
  pending: 'pending',
  ...DoneState,
  excused: 'excused',
  notDone: 'not_done',
} as const;
export type TaskStatus = (typeof TaskStatus)[keyof typeof TaskStatus];

/**
 * `taskState` in standing.ts says the same in SQL; a test holds them together.
 * @param asOf the county's date. Late from the day after the due date, even on the Saturday after a Friday.
 * @param morning the latest day whose sweep has passed; overdue changes only there. Leave it out where a day is shown whole.
 */
export function taskStatus(
  task: TaskDates & DoneFacts,
  asOf: CivilDate,
  calendar: Calendar,
  morning: CivilDate = asOf,
): TaskStatus {
  switch (task.closeReason) {
    case CloseReason.excused:
      return TaskStatus.excused;
    case CloseReason.notDone:
      return TaskStatus.notDone;
    case CloseReason.done: {
      const happenedOn = task.closedOn ?? asOf;
      return doneState(task, happenedOn, wasLate(task, happenedOn, calendar));
    }
    case null:
  }
  const stop = stopOn(task, asOf);
  if (stop !== null) return stop;
  if (asOf < task.opensOn) return TaskStatus.upcoming;
  if (asOf <= task.dueOn) return TaskStatus.due;
  return lateDays(task, morning, calendar) > task.grace ? TaskStatus.overdue : TaskStatus.late;
}

/** Why the clock of a task stands on a day: what may end it for good before what ends by itself. */
export function stopOn(task: ClockStops, day: CivilDate): 'pending' | 'held' | 'away' | null {
  if (covers(task.pending, day)) return TaskStatus.pending;
  if (covers(task.holds, day)) return TaskStatus.held;
  return covers(task.away, day) ? TaskStatus.away : null;
}

/**
 * @param day the latest working day whose morning has passed; the latest calendar day for a task bounded by presence.
 * @returns working days after the due date (or its grace) up to `day` on which its clock did not stand.
 */
export function lateDays(task: TaskDates, day: CivilDate, calendar: Calendar): number {
  const after = countsAfter(task);
  if (day <= after) return 0;
  if (neverStops(task) && task.boundedUntil === null) return calendar.workdaysAfter(after, day);
  return morningsAfter(task, after, day, calendar).length;
}

/** The mornings that count against a task: `after` < d <= `through`, worked unless it is bounded, its clock not standing. */
export function morningsAfter(
  task: TaskDates,
  after: CivilDate,
  through: CivilDate,
  calendar: Calendar,
): readonly CivilDate[] {
  const from = plusDays(after, 1);
  const days = task.boundedUntil === null ? calendar.workdays(from, through) : everyDay(from, through);
  return neverStops(task) ? days : days.filter((day) => stopOn(task, day) === null);
}

/**
 * Whether what happened on `day` happened too late: on the Saturday after a Friday too, unless the task has a grace in
 * working days, or its clock stood on every day since it was due.
 */
function wasLate(task: TaskDates, day: CivilDate, calendar: Calendar): boolean {
  const after = countsAfter(task);
  if (day <= after) return false;
  if (task.grace > 0) return lateDays(task, day, calendar) > task.grace;
  return everyDay(plusDays(after, 1), day).some((passed) => stopOn(task, passed) === null);
}

/** The last day on which a task is not yet late for the ladder. */
export function countsAfter(task: TaskDates): CivilDate {
  return task.graceUntil ?? task.dueOn;
}

const neverStops = ({ holds, away, pending }: ClockStops): boolean =>
  holds.length === 0 && away.length === 0 && pending.length === 0;

function everyDay(from: CivilDate, to: CivilDate): CivilDate[] {
  const days: CivilDate[] = [];
  for (let day = from; day <= to; day = plusDays(day, 1)) days.push(day);
  return days;
}
