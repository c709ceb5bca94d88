// src/tasks/rules/status.ts: where a task stands on a day. Derived from dates and holds, never stored.
import type { Calendar } from '../../places/rules.ts';
import { type CivilDate, plusDays } from '../../platform/civil.ts';

/** A hold in force. Both days are held; one lifted early ends on the day before it was lifted. */
export interface HeldDays {
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate;
}

export const CloseReason = { done: 'done', excused: 'excused', notDone: 'not_done' } as const;
export type CloseReason = (typeof CloseReason)[keyof typeof CloseReason];

export interface TaskDates {
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
  readonly holds: readonly HeldDays[];
}

export const TaskStatus = {
  upcoming: 'upcoming',
  due: 'due',
  late: 'late',
  overdue: 'overdue',
  held: 'held',
  done: 'done',
  doneLate: 'done_late',
  excused: 'excused',
  notDone: 'not_done',
} as const;
export type TaskStatus = (typeof TaskStatus)[keyof typeof TaskStatus];

/**
 * @param asOf the county's date. Late from the day after the due date, even on the Saturday after a Friday.
 * @param morning the latest day whose sweep has passed; overdue changes only there. Leave it out where a day is shown whole.
 */
export function taskStatus(
  task: TaskDates,
  asOf: CivilDate,
  calendar: Calendar,
  morning: CivilDate = asOf,
): TaskStatus {
  switch (task.closeReason) {
    case CloseReason.excused:
      return TaskStatus.excused;
    case CloseReason.notDone:
      return TaskStatus.notDone;
    case CloseReason.done:
      return task.closedOn !== null && task.closedOn > task.dueOn ? TaskStatus.doneLate : TaskStatus.done;
    case null:
  }
  if (isHeld(task, asOf)) return TaskStatus.held;
  if (asOf < task.opensOn) return TaskStatus.upcoming;
  if (asOf <= task.dueOn) return TaskStatus.due;
  return lateDays(task, morning, calendar) > task.grace ? TaskStatus.overdue : TaskStatus.late;
}

/**
 * @param day the latest working day whose morning has passed; the latest calendar day for a task bounded by presence.
 * @returns working days after the due date (or its grace) up to `day` that no hold covers.
 */
export function lateDays(task: TaskDates, day: CivilDate, calendar: Calendar): number {
  const after = countsAfter(task);
  if (day <= after) return 0;
  if (task.holds.length === 0 && task.boundedUntil === null) return calendar.workdaysAfter(after, day);
  return morningsAfter(task, after, day, calendar).length;
}

/** The mornings that count against a task: `after` < d <= `through`, worked unless it is bounded, and not held. */
export function morningsAfter(
  task: TaskDates,
  after: CivilDate,
  through: CivilDate,
  calendar: Calendar,
): readonly CivilDate[] {
  const from = plusDays(after, 1);
  const days = task.boundedUntil === null ? calendar.workdays(from, through) : everyDay(from, through);
  return task.holds.length === 0 ? days : days.filter((day) => !isHeld(task, day));
}

/** The last day on which a task is not yet late for the ladder. */
export function countsAfter(task: TaskDates): CivilDate {
  return task.graceUntil ?? task.dueOn;
}

export function isHeld(task: TaskDates, on: CivilDate): boolean {
  return task.holds.some((hold) => hold.fromOn <= on && on <= hold.toOn);
}

function everyDay(from: CivilDate, to: CivilDate): CivilDate[] {
  const days: CivilDate[] = [];
  for (let day = from; day <= to; day = plusDays(day, 1)) days.push(day);
  return days;
}
