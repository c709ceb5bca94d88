import cd from 'chinese-days';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { calendarDays } from '../../src/places/holidays.ts';
import { type Calendar, countDays, dueAfter, makeCalendar, planned, spreadDates } from '../../src/places/rules.ts';
import { type CivilDate, daysBetween, plusDays } from '../../src/platform/civil.ts';

const published = (year: number) =>
  Array.from({ length: year % 4 === 0 ? 366 : 365 }, (_, n) => plusDays(`${year}-01-01` as CivilDate, n)).map(
    (day) => ({
      day,
      workday: cd.isWorkday(day),
    }),
  );
const calendar = makeCalendar([...published(2017), ...published(2018)]);

describe('the winter drive, 2017-12-01 to 2018-02-28', () => {
  const opens = '2017-12-01';
  const ends = '2018-02-28';
  const launch = '2018-01-09';
  const today = '2018-01-30';

  it.each([
    ['the window', opens, ends, 90, 60],
    ['lost before the launch on day 40', opens, plusDays(launch, -1), 39, 26],
    ['left at the launch', launch, ends, 51, 34],
    ['since the launch, to the end of yesterday', launch, plusDays(today, -1), 21, 15],
    ['left on day 61', today, ends, 30, 19],
    ['the migrants’ return', '2018-02-08', '2018-02-22', 15, 7],
  ] as const)('%s', (_, from, to, days, workdays) => {
    expect(countDays(from, to, calendar)).toEqual({ days, workdays });
  });

  it('is on day 40 at the launch, day 61 in the story, days 77 to 83 in the holiday', () => {
    const dayOf = (day: CivilDate) => daysBetween(opens, day) + 1;
    expect([launch, today, '2018-02-15', '2018-02-21'].map((day) => dayOf(day as CivilDate))).toEqual([40, 61, 77, 83]);
  });

  it('rests from 15 to 21 February and works on Sunday the 11th and Saturday the 24th', () => {
    expect(calendar.workdays('2018-02-10', '2018-02-25')).toEqual(
      [11, 12, 13, 14, 22, 23, 24].map((date) => `2018-02-${date}`),
    );
    expect(calendar.isWorkday('2018-02-03')).toBe(false);
  });

  it('expects 2,951 of 6,689 households after 15 of 34 working days', () => {
    expect(planned(6689, 15, 34)).toBe(2951);
    expect([planned(6689, 0, 34), planned(6689, 34, 34), planned(6689, 40, 34), planned(6689, -1, 34)]).toEqual([
      0, 6689, 6689, 0,
    ]);
  });

  it('spreads what is left so that after each working day the planned number is due', () => {
    const dates = spreadDates(6689, launch, ends, calendar);
    expect(dates).toHaveLength(6689);
    for (const [n, day] of calendar.workdays(launch, ends).entries()) {
      expect(dates.filter((due) => due <= day)).toHaveLength(planned(6689, n + 1, 34));
    }
    expect(dates.every((due) => calendar.isWorkday(due))).toBe(true);
  });

  it('puts everything on the last day when no working day is left', () => {
    expect(spreadDates(2, '2018-02-17', '2018-02-19', calendar)).toEqual(['2018-02-19', '2018-02-19']);
    expect(spreadDates(1, '2018-01-09', '2018-02-28', calendar)).toEqual(['2018-01-31']); // the middle, not the first morning
    expect(() => spreadDates(1, '2018-02-02', '2018-02-01', calendar)).toThrow(RangeError);
  });
});

describe('steps over a holiday', () => {
  it('goes to the next and back to the latest working day', () => {
    expect(calendar.nextWorkday('2018-02-14')).toBe('2018-02-22');
    expect(calendar.nextWorkday('2018-02-10')).toBe('2018-02-11');
    expect(calendar.latestWorkday('2018-02-20')).toBe('2018-02-14');
    expect(calendar.latestWorkday('2018-02-14')).toBe('2018-02-14');
    expect(calendar.plusWorkdays('2018-02-14', 3)).toBe('2018-02-24');
    expect(calendar.plusWorkdays('2018-02-17', 0)).toBe('2018-02-17');
    expect(() => calendar.plusWorkdays('2018-02-14', -1)).toThrow(RangeError);
  });

  it('counts nothing backwards', () => {
    expect(calendar.workdaysAfter('2018-02-14', '2018-02-14')).toBe(0);
    expect(calendar.workdaysAfter('2018-02-14', '2018-01-01')).toBe(0);
    expect(calendar.workdays('2018-02-14', '2018-02-13')).toEqual([]);
  });
});

describe('a missing year', () => {
  it('is an error that names the day, never a working day', () => {
    expect(() => calendar.isWorkday('2019-01-02')).toThrow('2019-01-02');
    expect(() => calendar.workdaysAfter('2018-12-28', '2019-01-02')).toThrow('2019-01-02');
    expect(() => calendar.workdaysAfter('2016-12-01', '2018-01-02')).toThrow('2016-12-01');
    expect(() => calendar.nextWorkday('2018-12-31')).toThrow(RangeError);
    expect(() => calendar.latestWorkday('2016-12-31')).toThrow(RangeError);
    expect(() => makeCalendar([]).isWorkday('2018-01-02')).toThrow('2018-01-02');
  });

  it('may not hide between two loaded ones', () => {
    expect(() => makeCalendar([...published(2016), ...published(2018)])).toThrow('2017-01-01');
  });

  it('may begin with its first day', () => {
    expect(calendar.isWorkday('2017-01-01')).toBe(false);
    expect(calendar.isWorkday('2018-12-31')).toBe(false); // swapped for 29 December
    expect(calendar.workdays('2017-01-01', '2018-12-31')).toHaveLength(499);
  });
});

describe('rows of a year', () => {
  it('follow the notice, with the holiday’s name on days off and on days worked for it', () => {
    const rows = calendarDays(2018, '2017-11-30');
    expect(rows).toHaveLength(365);
    expect(rows.map(({ day, workday }) => ({ day, workday }))).toEqual(published(2018));
    expect(rows.find(({ day }) => day === '2018-02-16')).toEqual({
      day: '2018-02-16',
      workday: false,
      name: '春节',
      provisional: false,
    });
    expect(rows.find(({ day }) => day === '2018-02-11')).toEqual({
      day: '2018-02-11',
      workday: true,
      name: '春节',
      provisional: false,
    });
    expect(rows.find(({ day }) => day === '2018-02-12')?.name).toBeNull();
  });

  it('are provisional from 2027, the first year without a notice, and before 2004', () => {
    const years = Array.from({ length: 30 }, (_, n) => 2000 + n);
    expect(years.filter((year) => calendarDays(year, '2026-11-24').some((row) => row.provisional))).toEqual([
      2000, 2001, 2002, 2003, 2027, 2028, 2029,
    ]);
  });

  it('know on the story’s day what had been published by then: 2018, not 2019', () => {
    const provisional = (year: number, on: CivilDate) => calendarDays(year, on).every((row) => row.provisional);
    expect([2017, 2018, 2019].map((year) => provisional(year, '2018-01-30'))).toEqual([false, false, true]);
    expect([provisional(2018, '2017-11-29'), provisional(2019, '2018-12-06')]).toEqual([true, false]);
  });

  it('keep the 11 statutory days of their time off, swapping none', () => {
    const rows = calendarDays(2019, '2018-01-30').filter(({ name }) => name !== null);
    expect(rows.map(({ day }) => day.slice(5)).join(' ')).toBe(
      '01-01 02-05 02-06 02-07 04-05 05-01 06-07 09-13 10-01 10-02 10-03',
    );
    expect(calendarDays(2019, '2018-01-30').find(({ day }) => day === '2019-02-02')?.workday).toBe(false); // a Saturday, later worked
  });

  it('keep the 13 statutory days off while they are provisional', () => {
    const rows = calendarDays(2027, '2026-10-01');
    expect(rows).toHaveLength(365);
    expect(rows.every((row) => row.provisional)).toBe(true);
    expect(rows.filter((row) => row.name).map((row) => row.day.slice(5))).toEqual([
      '01-01',
      '02-05',
      '02-06',
      '02-07',
      '02-08',
      '04-05',
      '05-01',
      '05-02',
      '06-09',
      '09-15',
      '10-01',
      '10-02',
      '10-03',
    ]);
    expect(rows.filter((row) => row.name).some((row) => row.workday)).toBe(false);
  });
});

describe('over random calendars', () => {
  const rows = fc
    .array(fc.boolean(), { minLength: 1, maxLength: 120 })
    .map((worked) => worked.map((workday, n) => ({ day: plusDays('2018-01-01', n), workday })));

  it('every count equals a count day by day', () => {
    fc.assert(
      fc.property(rows, fc.nat(119), fc.nat(119), (days, a, b) => {
        const some = makeCalendar(days);
        const from = plusDays('2018-01-01', Math.min(a, days.length - 1));
        const to = plusDays('2018-01-01', Math.min(b, days.length - 1));
        const between = days.filter(({ day, workday }) => workday && day >= from && day <= to).map(({ day }) => day);
        expect(some.workdays(from, to)).toEqual(between);
        expect(some.workdaysAfter(from, to)).toBe(between.filter((day) => day > from).length);
        expect(days.every(({ day, workday }) => some.isWorkday(day) === workday)).toBe(true);
      }),
    );
  });

  it('no item is lost, none is due out of order and no working day gets two more than another', () => {
    fc.assert(
      fc.property(rows, fc.nat(500), (days, count) => {
        const some: Calendar = makeCalendar(days);
        const to = plusDays('2018-01-01', days.length - 1);
        const dates = spreadDates(count, '2018-01-01', to, some);
        expect(dates).toHaveLength(count);
        expect([...dates].sort()).toEqual(dates);
        const loads = some.workdays('2018-01-01', to).map((day) => dates.filter((due) => due === day).length);
        if (loads.length > 0) expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
      }),
    );
  });
});

it('a promise has a day also beyond the loaded years: Monday to Friday, until they are loaded', () => {
  expect(dueAfter('2018-02-14', 1, calendar)).toBe('2018-02-22'); // over the holiday
  expect(dueAfter('2018-12-28', 3, calendar)).toBe('2019-01-02'); // 29 December was worked, Monday the 31st is off; then Tuesday and Wednesday
  expect(dueAfter('2026-11-27', 1, calendar)).toBe('2026-11-30'); // a Friday, long after
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 30 }), (day, count) => {
      const from = plusDays('2018-01-01', day);
      expect(dueAfter(from, count, calendar)).toBe(calendar.plusWorkdays(from, count));
    }),
  );
});
