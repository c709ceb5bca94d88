import { describe, expect, it } from 'vitest';
import { calendarDays } from '../../../src/places/holidays.ts';
import { makeCalendar } from '../../../src/places/rules.ts';
import { finishOn, paceOf, townForecast } from '../../../src/reports/rules/pace.ts';

const calendar = makeCalendar([2017, 2018].flatMap((year) => calendarDays(year, '2018-01-01')));
/** STORY: households seen for the first time on the 15 working days since the launch. */
const SEEN = [96, 131, 158, 172, 189, 203, 211, 187, 148, 139, 165, 192, 214, 201, 204];

describe('the pace of the example drive on day 61', () => {
  const pace = paceOf(6_689, SEEN, 2_610, 34);
  it('expects 2,951 households by now', () => expect(pace.planned).toBe(2_951));
  it('sees 174 a working day', () => expect(pace.pace).toBe(174));
  it('forecasts 5,916: what is seen plus the days left at each pace, between 5,445 and 6,319', () => {
    expect([pace.slowest, pace.fastest]).toEqual([149.2, 195.2]);
    expect([pace.forecast, pace.forecastLow, pace.forecastHigh]).toEqual([5_916, 5_445, 6_319]);
  });
  it('falls 773 short and needs 214.7 a working day, 23 % more', () => {
    expect(pace.shortfall).toBe(773);
    expect(pace.paceNeeded?.toFixed(1)).toBe('214.7');
    expect(Math.round((pace.paceChange ?? 0) * 100)).toBe(23);
  });
  it('would be finished on the fifth working day after the window, the second at the earliest, the ninth at the latest', () => {
    const at = (daily: number | null) => finishOn(6_689 - 2_610, daily, '2018-01-30', calendar);
    expect([at(pace.pace), at(pace.fastest), at(pace.slowest)]).toEqual(['2018-03-07', '2018-03-02', '2018-03-13']);
  });
  it('keeps what is seen in the range when nobody goes out for a week', () => {
    const week = paceOf(6_689, [...SEEN, 0, 0, 0, 0, 0], 2_610, 34);
    expect([week.slowest, week.forecastLow, week.forecast]).toEqual([0, 2_610, 2_610 + 1_827]);
  });
  it('does not count today twice, and never says less than is seen', () => {
    expect(paceOf(6_689, SEEN, 2_650, 34)).toMatchObject({ forecast: 5_916, forecastLow: 5_445, forecastHigh: 6_319 });
    expect(paceOf(6_689, SEEN, 6_000, 34)).toMatchObject({ forecast: 6_000, forecastLow: 6_000, forecastHigh: 6_319 });
  });
  it('is what is seen once no day is left', () => {
    expect(
      paceOf(
        6_689,
        Array.from({ length: 34 }, () => 150),
        5_100,
        34,
      ),
    ).toMatchObject({
      forecast: 5_100,
      forecastLow: 5_100,
      forecastHigh: 5_100,
      shortfall: 1_589,
      paceNeeded: null,
    });
  });
});

it('names no day to finish where nothing is left or nothing moves', () => {
  expect([finishOn(0, 5, '2018-01-30', calendar), finishOn(9, 0, '2018-01-30', calendar)]).toEqual([null, null]);
});

it('knows no pace before the first working day is over', () => {
  expect(paceOf(100, [], 3, 34)).toMatchObject({ planned: 0, pace: null, forecast: null, shortfall: null });
});

it('takes the days there are for a stretch while fewer than five are over', () => {
  expect(paceOf(100, [2, 4], 6, 10)).toMatchObject({ pace: 3, slowest: 3, fastest: 3, forecast: 30, shortfall: 70 });
});

it('never forecasts more of a town than it has', () => {
  expect(townForecast(40, 30, 30, 15, 34)).toEqual({ forecast: 40, shortfall: 0 });
  expect(townForecast(40, 10, 10, 15, 34)).toEqual({ forecast: 23, shortfall: 17 });
  expect(townForecast(40, 10, 25, 15, 34)).toEqual({ forecast: 25, shortfall: 15 });
});
