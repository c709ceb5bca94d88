import { describe, expect, it } from 'vitest';
import {
  dueStep,
  hasEnded,
  mayFollow,
  meanPersonTimes,
  nextLook,
  sessionTimes,
  stages,
  wantsSignInEvidence,
  weeksBetween,
} from '../../src/clinics/rules.ts';
import { calendarDays } from '../../src/places/holidays.ts';
import { makeCalendar } from '../../src/places/rules.ts';
import { at } from '../../src/platform/civil.ts';

const calendar = makeCalendar([...calendarDays(2017, '2018-01-01'), ...calendarDays(2018, '2018-01-01')]);
const session = { heldOn: '2018-02-07', fromTime: '09:00', toTime: '16:00' } as const;
const times = sessionTimes(session, calendar);

describe('a clinic session', () => {
  it('moves from planned to reported, and only before it opens may it move to another day or be called off', () => {
    for (const [from, to] of [
      ['planned', 'staffed'],
      ['staffed', 'announced'],
      ['announced', 'open'],
      ['open', 'closed'],
      ['closed', 'reported'],
    ] as const)
      expect(mayFollow(from, to)).toBe(true);
    const movable = stages.filter((stage) => mayFollow(stage, 'rescheduled') && mayFollow(stage, 'cancelled'));
    expect(movable).toEqual(['planned', 'staffed', 'announced', 'rescheduled']);
    expect(mayFollow('planned', 'open')).toBe(false);
    expect(stages.filter(hasEnded)).toEqual(['reported', 'cancelled']);
  });

  it('tells its staff on the third working morning before, across weekends and holidays', () => {
    expect(times.announceAt).toBe(at('2018-02-02', '08:00')); // Wednesday 7: 6, 5, then Friday 2
    const afterHoliday = sessionTimes({ ...session, heldOn: '2018-02-22' }, calendar);
    expect(afterHoliday.announceAt).toBe(at('2018-02-12', '08:00')); // 14, 13, 12
  });

  it('asks for its report on the next working morning', () => {
    expect(sessionTimes({ ...session, heldOn: '2018-02-14' }, calendar).reportAt).toBe(at('2018-02-22', '08:00'));
  });

  it('does one thing at a time, each when it is due', () => {
    const staffed = { stage: 'staffed', staff: 2 } as const;
    expect(dueStep(staffed, times, [], at('2018-02-02', '07:59'))).toBeNull();
    expect(dueStep(staffed, times, [], at('2018-02-02', '08:00'))).toBe('announce');
    expect(dueStep({ stage: 'announced', staff: 2 }, times, ['announced'], at('2018-02-07', '09:00'))).toBe('open');
    const open = { stage: 'open', staff: 2 } as const;
    expect(dueStep(open, times, ['announced'], at('2018-02-07', '16:59'))).toBeNull();
    expect(dueStep(open, times, ['announced'], at('2018-02-07', '17:00'))).toBe('close');
    expect(dueStep(open, times, ['close'], at('2018-02-07', '17:00'))).toBeNull();
    expect(dueStep(open, times, ['close'], at('2018-02-08', '08:00'))).toBe('report');
    expect(dueStep({ stage: 'closed', staff: 2 }, times, ['report'], at('2018-02-09', '08:00'))).toBeNull();
  });

  it('never opens without staff: whoever planned it is told, once', () => {
    const planned = { stage: 'planned', staff: 0 } as const;
    expect(dueStep(planned, times, [], at('2018-02-02', '08:00'))).toBe('unstaffed');
    expect(dueStep(planned, times, ['unstaffed'], at('2018-02-07', '09:00'))).toBeNull();
    expect(dueStep({ stage: 'rescheduled', staff: 0 }, times, [], at('2018-02-07', '09:00'))).toBe('unstaffed');
  });

  it('looks up next strictly after the moment it looked', () => {
    expect(nextLook(times, at('2018-02-02', '08:00'))).toBe(at('2018-02-07', '09:00'));
    expect(nextLook(times, at('2018-02-08', '08:00'))).toBeNull();
  });
});

it('a board has the weeks of its window, by their Mondays', () => {
  expect(weeksBetween('2018-01-31', '2018-02-13')).toEqual(['2018-01-29', '2018-02-05', '2018-02-12']);
});

it('sign-in sheets are wanted from 857 person-times a session on (60,000 ÷ 70, S0-29)', () => {
  expect([wantsSignInEvidence(856), wantsSignInEvidence(857)]).toEqual([false, true]);
});

it('a mean keeps its decimal: 303 person-times at 5 sessions are 60.6 each', () => {
  expect([meanPersonTimes(303, 5), meanPersonTimes(60_000, 70), meanPersonTimes(0, 0)]).toEqual([60.6, 857.1, null]);
});
