import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type CivilDate, plusDays } from '../../../src/platform/civil.ts';
import { type ClimbRow, climb, type Step, thresholds } from '../../../src/tasks/rules/ladder.ts';
import { lateDays, morningsAfter } from '../../../src/tasks/rules/status.ts';
import { calendar, task } from './story.ts';

const ladder = { afterDays: [1, 2, 5] };
const row: ClimbRow = {
  task,
  running: true,
  rungs: [],
  lastStepOn: null,
  promisedOn: null,
  horizonOn: null,
  vacant: [],
};

/** Sweeps on each of the mornings and keeps what was decided, as the agenda does. */
function sweepOn(mornings: readonly CivilDate[], start: ClimbRow): readonly Step[] {
  const steps: Step[] = [];
  for (const day of mornings) steps.push(...climb({ ...start, rungs: steps }, ladder, day, calendar));
  return steps;
}

const workdays = (from: CivilDate, to: CivilDate) => calendar.workdays(from, to);
const everyDay = (from: CivilDate, days: number) => Array.from({ length: days }, (_, n) => plusDays(from, n));
const told = (steps: readonly Step[]) =>
  steps.map(({ level, kind, decidedOn }) => `${level} ${kind} ${decidedOn.slice(5)}`);

describe('the ladder 1, 2, 5', () => {
  it('climbs on 02-22, 02-23 and 02-27 for a task due 02-14', () => {
    const steps = sweepOn(workdays('2018-02-12', '2018-03-30'), row);
    expect(told(steps)).toEqual(['1 told 02-22', '2 told 02-23', '3 told 02-27']);
    expect(steps.map((step) => step.dueOn)).toEqual(['2018-02-22', '2018-02-23', '2018-02-27']);
  });

  it('climbs on the calendar mornings 02-15, 02-16 and 02-19 for somebody home only until 02-22', () => {
    const bounded = { ...row, task: { ...task, boundedUntil: '2018-02-22' as const } };
    expect(told(sweepOn(everyDay('2018-02-12', 30), bounded))).toEqual([
      '1 told 02-15',
      '2 told 02-16',
      '3 told 02-19',
    ]);
  });

  it('begins after the grace', () => {
    const graced = { ...row, task: { ...task, grace: 2 } };
    expect(told(sweepOn(workdays('2018-02-12', '2018-03-30'), graced))).toEqual([
      '1 told 02-24',
      '2 told 02-26',
      '3 told 03-01',
    ]);
  });

  it('does not climb on the Saturday after a Friday', () => {
    const friday = { ...row, task: { ...task, dueOn: '2018-01-26' as const } };
    expect(climb(friday, ladder, '2018-01-26', calendar, '2018-01-27')).toEqual([]);
    expect(told(climb(friday, ladder, '2018-01-29', calendar))).toEqual(['1 told 01-29']);
  });

  it('says nothing of a closed task, nor of a campaign that is not running', () => {
    const closed = { ...row, task: { ...task, closeReason: 'done' as const, closedOn: '2018-02-20' as const } };
    expect(climb(closed, ladder, '2018-02-27', calendar)).toEqual([]);
    expect(climb({ ...row, running: false }, ladder, '2018-02-27', calendar)).toEqual([]);
  });
});

describe('somebody who leaves early', () => {
  const leaving = (boundedUntil: CivilDate) => ({ ...row, task: { ...task, boundedUntil } });

  it('has the last rung on the morning before, the lower ones making room', () => {
    expect(told(sweepOn(everyDay('2018-02-12', 30), leaving('2018-02-18')))).toEqual([
      '1 told 02-15',
      '2 told 02-16',
      '3 told 02-17',
    ]);
    expect(told(sweepOn(everyDay('2018-02-12', 30), leaving('2018-02-19')))).toEqual([
      '1 told 02-15',
      '2 told 02-16',
      '3 told 02-18',
    ]);
  });

  it('shortens the grace as well', () => {
    const graced = { ...row, task: { ...task, grace: 3, boundedUntil: '2018-02-20' as const } };
    expect(told(sweepOn(everyDay('2018-02-12', 30), graced))).toEqual(['1 told 02-17', '2 told 02-18', '3 told 02-19']);
  });

  it('still gets one rung a morning when fewer mornings than levels are left', () => {
    expect(told(sweepOn(everyDay('2018-02-12', 30), leaving('2018-02-16')))).toEqual([
      '1 told 02-15',
      '2 told 02-16',
      '3 told 02-17',
    ]);
  });
});

describe('an outage', () => {
  it('delays the ladder and never compresses it', () => {
    const after = workdays('2018-03-01', '2018-03-30'); // nothing swept from 02-15 to 02-28
    const steps = sweepOn(after, row);
    expect(told(steps)).toEqual(['1 told 03-01', '2 told 03-02', '3 told 03-07']);
    expect(steps.map((step) => step.dueOn)).toEqual(['2018-02-22', '2018-02-23', '2018-02-27']); // and the delay shows
  });

  it('tells one level on a morning, however often it is swept', () => {
    expect(told(sweepOn(['2018-03-01', '2018-03-01', '2018-03-01'], row))).toEqual(['1 told 03-01']);
  });
});

describe('a level with nobody in it', () => {
  it('is written as skipped and the next is told on the same morning', () => {
    expect(told(climb({ ...row, vacant: [1] }, ladder, '2018-02-22', calendar))).toEqual([
      '1 skipped 02-22',
      '2 told 02-22',
    ]);
  });

  it('lets the rung after count from that morning', () => {
    expect(told(sweepOn(workdays('2018-02-12', '2018-03-30'), { ...row, vacant: [1] }))).toEqual([
      '1 skipped 02-22',
      '2 told 02-22',
      '3 told 02-27',
    ]);
    expect(told(sweepOn(workdays('2018-03-01', '2018-03-30'), { ...row, vacant: [1] }))).toEqual([
      '1 skipped 03-01',
      '2 told 03-01',
      '3 told 03-06',
    ]);
  });

  it('hands on upward past several, without their thresholds', () => {
    const steps = climb({ ...row, vacant: [1, 2] }, ladder, '2018-02-22', calendar);
    expect(told(steps)).toEqual(['1 skipped 02-22', '2 skipped 02-22', '3 told 02-22']);
    expect(steps.every((step) => step.dueOn === '2018-02-22')).toBe(true);
  });

  it('ends the ladder when nobody is above it', () => {
    const rungs = [{ level: 1, decidedOn: '2018-02-22' as const }];
    expect(told(climb({ ...row, rungs, vacant: [2, 3] }, ladder, '2018-02-23', calendar))).toEqual([
      '2 skipped 02-23',
      '3 skipped 02-23',
    ]);
    expect(sweepOn(workdays('2018-02-12', '2018-03-30'), { ...row, vacant: [1, 2, 3] })).toHaveLength(3);
  });
});

describe('a promise', () => {
  it('stops the climb until its day, and a lapsed one resumes it', () => {
    const promised = {
      ...row,
      rungs: [{ level: 1, decidedOn: '2018-02-22' as const }],
      promisedOn: '2018-02-24' as const,
    };
    expect(climb(promised, ladder, '2018-02-23', calendar)).toEqual([]);
    expect(climb(promised, ladder, '2018-02-24', calendar)).toEqual([]);
    expect(told(climb(promised, ladder, '2018-02-26', calendar))).toEqual(['2 told 02-26']);
  });
});

describe('a hold', () => {
  const holds = [{ fromOn: '2018-02-23', toOn: '2018-02-25' }] as const;

  it('stops the climb and its days do not count between two rungs', () => {
    expect(told(sweepOn(workdays('2018-02-12', '2018-03-30'), { ...row, task: { ...task, holds } }))).toEqual([
      '1 told 02-22',
      '2 told 02-26',
      '3 told 03-01',
    ]);
  });

  it('that begins today keeps yesterday’s missed morning quiet', () => {
    expect(
      climb(
        { ...row, task: { ...task, holds: [{ fromOn: '2018-02-25', toOn: '2018-02-25' }] } },
        ladder,
        '2018-02-24',
        calendar,
        '2018-02-25',
      ),
    ).toEqual([]);
  });
});

describe('an area that has sent nothing since before the due date', () => {
  const silent = { ...row, horizonOn: '2018-02-13' as const };

  it('is told at level 1, and from level 2 asked for a call before it is accused', () => {
    expect(told(sweepOn(workdays('2018-02-12', '2018-03-30'), silent))).toEqual([
      '1 told 02-22',
      '2 no_word 02-23',
      '3 no_word 02-27',
    ]);
  });

  it('is accused where its word reaches the due date', () => {
    expect(told(sweepOn(workdays('2018-02-12', '2018-02-23'), { ...silent, horizonOn: '2018-02-14' }))).toEqual([
      '1 told 02-22',
      '2 told 02-23',
    ]);
  });

  it('is asked even when level 1 is empty', () => {
    expect(told(climb({ ...silent, vacant: [1] }, ladder, '2018-02-22', calendar))).toEqual([
      '1 skipped 02-22',
      '2 no_word 02-22',
    ]);
  });
});

describe('over random drives', () => {
  const date = fc.integer({ min: 0, max: 89 }).map((n) => plusDays('2017-12-01', n));
  const rising = fc
    .array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 })
    .map((gaps) => ({ afterDays: gaps.map((_, n) => gaps.slice(0, n + 1).reduce((sum, gap) => sum + gap, 0)) }));
  const drive = fc.record({
    dueOn: date,
    grace: fc.nat(2),
    boundedUntil: fc.option(date),
    holds: fc.array(
      fc.tuple(date, fc.nat(9)).map(([fromOn, days]) => ({ fromOn, toOn: plusDays(fromOn, days) })),
      { maxLength: 3 },
    ),
    vacant: fc.subarray([1, 2, 3, 4]),
    ladder: rising,
    up: fc.array(fc.boolean(), { minLength: 120, maxLength: 120 }),
  });

  it('tells at most one level a morning, in order, never early, never closer together than the ladder says', () => {
    fc.assert(
      fc.property(drive, ({ ladder: some, vacant, up, ...dates }) => {
        const subject = { ...task, ...dates };
        const mornings = dates.boundedUntil ? everyDay('2017-12-01', 120) : workdays('2017-12-01', '2018-03-30');
        const needed = thresholds(subject, some, calendar);
        const steps: Step[] = [];
        for (const [n, day] of mornings.entries()) {
          if (!up[n]) continue; // the worker was down
          const now = climb({ ...row, task: subject, vacant, rungs: steps }, some, day, calendar);
          expect(now.filter((step) => step.kind !== 'skipped').length).toBeLessThanOrEqual(1);
          const first = now[0];
          if (!first) continue;
          expect(first.level).toBe(steps.length + 1);
          expect(lateDays(subject, day, calendar)).toBeGreaterThanOrEqual(needed[first.level - 1] ?? Number.NaN);
          expect(lateDays(subject, first.dueOn, calendar)).toBe(needed[first.level - 1]);
          const below = steps.at(-1);
          if (below) {
            const gap = (needed[first.level - 1] ?? Number.NaN) - (needed[below.level - 1] ?? Number.NaN);
            expect(morningsAfter(subject, below.decidedOn, day, calendar).length).toBeGreaterThanOrEqual(gap);
          }
          steps.push(...now);
        }
        expect(steps.map((step) => step.level)).toEqual(steps.map((_, n) => n + 1));
        for (const step of steps) expect(step.kind === 'skipped').toBe(vacant.includes(step.level));
      }),
      { numRuns: 300 },
    );
  });

  it('brings the last rung before she leaves wherever there are mornings enough', () => {
    fc.assert(
      fc.property(date, fc.integer({ min: 5, max: 20 }), rising, (dueOn, home, some) => {
        const boundedUntil = plusDays(dueOn, home);
        const needed = thresholds({ ...task, dueOn, boundedUntil }, some, calendar);
        expect(plusDays(dueOn, needed.at(-1) ?? Number.NaN) < boundedUntil).toBe(true);
        expect(needed.every((threshold, n) => threshold > (needed[n - 1] ?? 0))).toBe(true);
      }),
    );
  });
});
