// src/places/rules.ts: which days are worked, and how much work is due by a day; every count of working days is made here.
import { type CivilDate, daysBetween, plusDays, weekday } from '../platform/civil.ts';

/** A row of the county's calendar. Days the State Council swaps are already settled in `workday`. */
export interface CalendarDay {
  readonly day: CivilDate;
  readonly workday: boolean;
}

/** The working days of the loaded years. A question about any other day throws: a missing year is never taken for work. */
export interface Calendar {
  /** Whether the day is among the loaded ones. */
  covers(day: CivilDate): boolean;
  /** @throws RangeError naming the day outside the loaded ones; so do all the others. */
  isWorkday(day: CivilDate): boolean;
  /** Working days d with `from` < d <= `to`; 0 when `to` is not after `from`. */
  workdaysAfter(from: CivilDate, to: CivilDate): number;
  /** The first working day strictly after `day`. */
  nextWorkday(day: CivilDate): CivilDate;
  /** The last working day on or before `day`. */
  latestWorkday(onOrBefore: CivilDate): CivilDate;
  /** The `count`-th working day strictly after `day`; `day` itself for 0. */
  plusWorkdays(day: CivilDate, count: number): CivilDate;
  /** Every working day from `from` to `to`, both included. */
  workdays(from: CivilDate, to: CivilDate): readonly CivilDate[];
}

/** A question about a day that no loaded year covers; the border answers it as a conflict, for the year can be loaded. */
export class CalendarMissing extends RangeError {
  override readonly name = 'CalendarMissing';
  readonly code = 'calendar_missing';
  readonly day: CivilDate;
  constructor(day: CivilDate, wanted: string = day) {
    super(`the calendar has no row for ${wanted}`);
    this.day = day;
  }
}

/**
 * Counts by differences of one running total, so a question costs the same over a week and over a year.
 * @throws RangeError naming the first day missing between the earliest and the latest row.
 */
export function makeCalendar(rows: Iterable<CalendarDay>): Calendar {
  const days = [...rows].sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : 0));
  const first = days[0]?.day;
  const workdays: CivilDate[] = [];
  const workedThrough: number[] = []; // working days up to and including the n-th day
  for (const [n, { day, workday }] of days.entries()) {
    const expected = plusDays(first ?? day, n);
    if (day !== expected)
      throw new RangeError(`the calendar has no row for ${expected < day ? expected : day}, or two`);
    if (workday) workdays.push(day);
    workedThrough.push(workdays.length);
  }

  /** Working days up to and including `day`; the day before the first loaded one has none. */
  const worked = (day: CivilDate): number => {
    const n = first === undefined ? Number.NaN : daysBetween(first, day);
    const count = n === -1 ? 0 : workedThrough[n];
    if (count === undefined) throw new CalendarMissing(day);
    return count;
  };
  const nth = (count: number, from: CivilDate, wanted: string): CivilDate => {
    const day = workdays[count - 1];
    if (day === undefined) throw new CalendarMissing(from, wanted);
    return day;
  };

  return {
    covers: (day) => first !== undefined && workedThrough[daysBetween(first, day)] !== undefined,
    isWorkday: (day) => worked(day) > worked(plusDays(day, -1)),
    workdaysAfter: (from, to) => (to <= from ? 0 : worked(to) - worked(from)),
    nextWorkday: (day) => nth(worked(day) + 1, day, `the working day after ${day}`),
    latestWorkday: (day) => nth(worked(day), day, `the last working day by ${day}`),
    plusWorkdays: (day, count) => {
      if (!Number.isInteger(count) || count < 0) throw new RangeError(`${count} is not a number of working days`);
      return count === 0 ? day : nth(worked(day) + count, day, `working day ${count} after ${day}`);
    },
    workdays: (from, to) => (to < from ? [] : workdays.slice(worked(plusDays(from, -1)), worked(to))),
  };
}

const FRIDAY = 5;

/**
 * The `count`-th working day after `day`, for a promise that must have a date: beyond the loaded days Monday to Friday are
 * taken for work, until the register loads the year.
 */
export function dueAfter(day: CivilDate, count: number, calendar: Calendar): CivilDate {
  let due = day;
  for (let left = count; left > 0; ) {
    due = plusDays(due, 1);
    if (calendar.covers(due) ? calendar.isWorkday(due) : weekday(due) <= FRIDAY) left--;
  }
  return due;
}

/** @returns how many calendar days and working days there are from `from` to `to`, both included. */
export function countDays(from: CivilDate, to: CivilDate, calendar: Calendar): { days: number; workdays: number } {
  if (to < from) return { days: 0, workdays: 0 };
  return { days: daysBetween(from, to) + 1, workdays: calendar.workdaysAfter(plusDays(from, -1), to) };
}

/** What a plan of `total` things expects to be done after `workdaysDone` of its working days: a line, not a sum of due dates. */
export function planned(total: number, workdaysDone: number, workdaysOfPlan: number): number {
  return workdaysDone >= workdaysOfPlan ? total : Math.round((total * Math.max(0, workdaysDone)) / workdaysOfPlan);
}

/**
 * Due dates of `count` things planned evenly over the working days from `from` to `to`: after k of D working days
 * round(count × k / D) are due, and all of them on the last. A window with no working day left puts them all on its last day.
 * @throws RangeError when the window ends before it begins.
 */
export function spreadDates(count: number, from: CivilDate, to: CivilDate, calendar: Calendar): readonly CivilDate[] {
  if (to < from) throw new RangeError(`a window cannot end on ${to} when it begins on ${from}`);
  const days = calendar.workdays(from, to);
  if (days.length === 0) return Array.from({ length: count }, () => to);
  const dates: CivilDate[] = [];
  for (const [n, day] of days.entries()) while (dates.length < planned(count, n + 1, days.length)) dates.push(day);
  return dates;
}
