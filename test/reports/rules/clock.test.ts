import { describe, expect, it } from 'vitest';
import { calendarDays } from '../../../src/places/holidays.ts';
import { makeCalendar } from '../../../src/places/rules.ts';
import { driveClock } from '../../../src/reports/rules/clock.ts';

const calendar = makeCalendar([2017, 2018].flatMap((year) => calendarDays(year, '2018-01-01')));
const WINDOW = { from: '2017-12-01', to: '2018-02-28' } as const;

describe('the days of the example drive', () => {
  const clock = driveClock(WINDOW, '2018-01-09', '2018-01-30', calendar);
  it('is on day 61 of 90, with 60 working days in all', () => {
    expect([clock.day, clock.days, clock.workdays]).toEqual([61, 90, 60]);
  });
  it('was launched on day 40: 39 days lost (26 working), 51 left (34 working)', () => {
    expect(driveClock(WINDOW, '2018-01-09', '2018-01-09', calendar).day).toBe(40);
    expect([clock.daysLost, clock.workdaysLost, clock.daysLeft, clock.workdaysLeft]).toEqual([39, 26, 51, 34]);
  });
  it('has 21 days (15 working) behind it since the launch and 30 (19 working) ahead', () => {
    expect([clock.daysSince, clock.workdaysSince, clock.daysAhead, clock.workdaysAhead]).toEqual([21, 15, 30, 19]);
  });
  it('stays on its last day once it is over', () => {
    const over = driveClock(WINDOW, '2018-01-09', '2018-03-05', calendar);
    expect([over.day, over.daysSince, over.workdaysSince, over.daysAhead, over.workdaysAhead]).toEqual([
      90, 51, 34, 0, 0,
    ]);
  });
});
