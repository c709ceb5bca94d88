import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeCalendar } from '../../../src/places/rules.ts';
import { type CivilDate, plusDays } from '../../../src/platform/civil.ts';
import type { DoneFacts } from '../../../src/tasks/rules/done.ts';
import { lateDays, type TaskDates, taskStatus } from '../../../src/tasks/rules/status.ts';
import { calendar, task } from './story.ts';

describe('the status of a task', () => {
  it.each([
    ['before its window', '2018-01-08', 'upcoming'],
    ['on the first day of its window', '2018-01-09', 'due'],
    ['on its due date', '2018-02-14', 'due'],
    ['in the holiday after it, though no working morning has passed', '2018-02-17', 'late'],
    ['from the first working morning, with no grace', '2018-02-22', 'overdue'],
  ] as const)('%s (%s) is %s', (_, asOf, status) => {
    expect(taskStatus(task, asOf, calendar)).toBe(status);
  });

  it('is late on the Saturday after a Friday, and overdue on Monday', () => {
    const friday = { ...task, dueOn: '2018-01-26' } as const;
    expect(taskStatus(friday, '2018-01-27', calendar)).toBe('late');
    expect(taskStatus(friday, '2018-01-29', calendar)).toBe('overdue');
  });

  it('is not overdue before the morning’s sweep', () => {
    expect(taskStatus(task, '2018-02-22', calendar, '2018-02-14')).toBe('late');
  });

  it('is overdue only after its grace in working days', () => {
    const graced = { ...task, grace: 2 };
    expect(taskStatus(graced, '2018-02-23', calendar)).toBe('late');
    expect(taskStatus(graced, '2018-02-24', calendar)).toBe('overdue'); // a Saturday that is worked
  });

  it('is late, not overdue, until a protocol’s grace has passed', () => {
    const routine = { ...task, dueOn: '2018-04-30', graceUntil: '2018-05-14' } as const;
    expect(taskStatus(routine, '2018-05-14', calendar)).toBe('late');
    expect(lateDays(routine, '2018-05-14', calendar)).toBe(0);
    expect(taskStatus(routine, '2018-05-15', calendar)).toBe('overdue');
  });

  it('is held while a hold covers the day, then goes on from where it stood', () => {
    const snowed = { ...task, dueOn: '2018-01-19', holds: [{ fromOn: '2018-01-22', toOn: '2018-01-28' }] } as const;
    expect(taskStatus(snowed, '2018-01-22', calendar)).toBe('held');
    expect(taskStatus(snowed, '2018-01-28', calendar)).toBe('held');
    expect(lateDays(snowed, '2018-01-28', calendar)).toBe(0);
    expect(taskStatus(snowed, '2018-01-29', calendar)).toBe('overdue');
    expect(lateDays(snowed, '2018-01-29', calendar)).toBe(1);
  });

  it.each([
    ['done', '2018-02-14', 'done'],
    ['done', '2018-02-15', 'done_late'], // in the holiday: late, though no working morning has passed
    ['done', '2018-02-22', 'done_late'],
    ['excused', '2018-03-15', 'excused'],
    ['not_done', '2018-03-07', 'not_done'],
  ] as const)('closed as %s on %s is %s, whatever holds it since', (closeReason, closedOn, status) => {
    const closed = { ...task, closeReason, closedOn, holds: [{ fromOn: '2018-02-23', toOn: '2018-12-31' }] } as const;
    expect(taskStatus(closed, '2018-03-20', calendar)).toBe(status);
  });
});

describe('a task done', () => {
  const done = (more: object) =>
    taskStatus({ ...task, closeReason: 'done', recordedOn: null, ...more } as typeof task, '2018-03-20', calendar);

  it('within its protocol’s grace is in time, and after it late', () => {
    const routine = { dueOn: '2018-02-01', graceUntil: '2018-02-15' };
    expect(done({ ...routine, closedOn: '2018-02-15' })).toBe('done');
    expect(done({ ...routine, closedOn: '2018-02-22' })).toBe('done_late');
  });

  it('within its grace in working days is in time, held days not counted', () => {
    expect(done({ dueOn: '2018-02-01', grace: 2, closedOn: '2018-02-05' })).toBe('done');
    expect(done({ dueOn: '2018-02-01', grace: 2, closedOn: '2018-02-06' })).toBe('done_late');
    const holds = [{ fromOn: '2018-02-02', toOn: '2018-02-02' }];
    expect(done({ dueOn: '2018-02-01', grace: 2, closedOn: '2018-02-06', holds })).toBe('done');
  });

  it('on the Saturday after a Friday is late, unless it has a grace or its clock stood until then', () => {
    const saturday = { dueOn: '2018-01-26', closedOn: '2018-01-27' };
    expect(done(saturday)).toBe('done_late');
    expect(done({ ...saturday, grace: 1 })).toBe('done');
    expect(done({ ...saturday, away: [{ fromOn: '2018-01-20', toOn: '2018-01-27' }] })).toBe('done');
    expect(done({ ...saturday, away: [{ fromOn: '2018-01-20', toOn: '2018-01-26' }] })).toBe('done_late');
  });

  it('is a late entry when its record comes more than three days after it happened', () => {
    expect(done({ closedOn: '2018-01-15', recordedOn: '2018-01-18' })).toBe('done');
    expect(done({ closedOn: '2018-01-15', recordedOn: '2018-01-30' })).toBe('late_entry');
    const outages = [{ fromOn: '2018-01-16', toOn: '2018-01-27' }];
    expect(done({ closedOn: '2018-01-15', recordedOn: '2018-01-30', outages })).toBe('done');
    expect(done({ closedOn: '2018-01-15', recordedOn: '2018-01-31', outages })).toBe('late_entry');
  });

  it('before its drive began is credited, and never counted', () => {
    expect(done({ closedOn: '2018-01-08', recordedOn: '2018-01-09', countedFrom: '2018-01-09' })).toBe('credited');
    expect(done({ closedOn: '2018-01-09', recordedOn: '2018-01-09', countedFrom: '2018-01-09' })).toBe('done');
  });
});

describe('a clock that stands', () => {
  const days = [{ fromOn: '2018-02-20', toOn: '2018-02-26' }] as const;
  it.each([
    ['holds', 'held'],
    ['away', 'away'],
    ['pending', 'pending'],
  ] as const)('for %s is %s, and afterwards goes on from where it stood', (why, status) => {
    const stopped = { ...task, [why]: days };
    expect(taskStatus(stopped, '2018-02-26', calendar)).toBe(status);
    expect(lateDays(stopped, '2018-02-26', calendar)).toBe(0);
    expect(lateDays(stopped, '2018-02-27', calendar)).toBe(1);
  });

  it('for an undecided change of the register stands until it is decided', () => {
    const waiting = { ...task, pending: [{ fromOn: '2018-02-10', toOn: null }] } as const;
    expect(taskStatus(waiting, '2018-12-31', calendar)).toBe('pending');
    expect(lateDays(waiting, '2018-12-31', calendar)).toBe(0);
  });
});

describe('late days', () => {
  it('pass over the holiday, and count each worked weekend day', () => {
    const until = (day: CivilDate) => lateDays(task, day, calendar);
    expect(
      ['2018-02-14', '2018-02-21', '2018-02-22', '2018-02-23', '2018-02-24', '2018-02-25', '2018-02-27'].map((day) =>
        until(day as CivilDate),
      ),
    ).toEqual([0, 0, 1, 2, 3, 3, 5]);
  });

  it('count every calendar morning for somebody who leaves', () => {
    const bounded = { ...task, boundedUntil: '2018-02-22' } as const;
    expect(lateDays(bounded, '2018-02-15', calendar)).toBe(1);
    expect(lateDays(bounded, '2018-02-19', calendar)).toBe(5);
  });
});

const day = fc.integer({ min: 0, max: 79 }).map((n) => plusDays('2018-01-01', n));
const hold = fc.tuple(day, day).map(([a, b]) => (a < b ? { fromOn: a, toOn: b } : { fromOn: b, toOn: a }));
const anyTask: fc.Arbitrary<TaskDates & DoneFacts> = fc.record({
  opensOn: fc.constant('2018-01-01' as const),
  dueOn: day,
  grace: fc.nat(3),
  graceUntil: fc.option(day),
  boundedUntil: fc.option(day),
  closeReason: fc.constant(null),
  closedOn: fc.constant(null),
  holds: fc.array(hold, { maxLength: 4 }),
  away: fc.array(hold, { maxLength: 2 }),
  pending: fc.array(
    day.map((fromOn) => ({ fromOn, toOn: null })),
    { maxLength: 1 },
  ),
  recordedOn: fc.constant(null),
  countedFrom: fc.constant(null),
  outages: fc.constant([]),
});
const anyCalendar = fc
  .array(fc.boolean(), { minLength: 80, maxLength: 80 })
  .map((worked) => worked.map((workday, n) => ({ day: plusDays('2018-01-01', n), workday })));

describe('over random calendars and overlapping holds', () => {
  it('late days equal a count day by day', () => {
    fc.assert(
      fc.property(anyTask, anyCalendar, day, (some, rows, asOf) => {
        let count = 0;
        for (const row of rows) {
          const late = row.day > (some.graceUntil ?? some.dueOn) && row.day <= asOf;
          const morning = some.boundedUntil !== null || row.workday;
          const held = [...some.holds, ...some.away, ...some.pending].some(
            ({ fromOn, toOn }) => row.day >= fromOn && (toOn === null || row.day <= toOn),
          );
          if (late && morning && !held) count++;
        }
        expect(lateDays(some, asOf, makeCalendar(rows))).toBe(count);
      }),
    );
  });

  it('another hold never makes a task later', () => {
    fc.assert(
      fc.property(anyTask, anyCalendar, hold, day, (some, rows, another, asOf) => {
        const worked = makeCalendar(rows);
        const held = { ...some, holds: [...some.holds, another] };
        expect(lateDays(held, asOf, worked)).toBeLessThanOrEqual(lateDays(some, asOf, worked));
      }),
    );
  });

  it('an open task is in exactly one state, and never overdue before it is late', () => {
    fc.assert(
      fc.property(anyTask, anyCalendar, day, (some, rows, asOf) => {
        const status = taskStatus(some, asOf, makeCalendar(rows));
        expect(['upcoming', 'due', 'late', 'overdue', 'held', 'away', 'pending']).toContain(status);
        if (status === 'overdue' || status === 'late') expect(asOf > some.dueOn).toBe(true);
      }),
    );
  });
});
