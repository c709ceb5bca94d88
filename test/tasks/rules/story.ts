// test/tasks/rules/story.ts: the calendar and a plain task that the tests of the task rules share.
import { calendarDays } from '../../../src/places/holidays.ts';
import { makeCalendar } from '../../../src/places/rules.ts';
import type { DoneFacts } from '../../../src/tasks/rules/done.ts';
import type { TaskDates } from '../../../src/tasks/rules/status.ts';

export const calendar = makeCalendar([2017, 2018].flatMap((year) => calendarDays(year, '2018-01-01')));

/** Open, due on Wednesday 2018-02-14, the last working day before the holiday; a test changes what it is about. */
export const task: TaskDates & DoneFacts = {
  opensOn: '2018-01-09',
  dueOn: '2018-02-14',
  grace: 0,
  graceUntil: null,
  boundedUntil: null,
  closeReason: null,
  closedOn: null,
  holds: [],
  away: [],
  pending: [],
  recordedOn: null,
  countedFrom: null,
  outages: [],
};
