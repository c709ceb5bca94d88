// src/places/holidays.ts: a year's rows for the county calendar, from the State Council's notices as the library carries them.
import chineseDays from 'chinese-days';
import { type CivilDate, plusDays, weekday } from '../platform/civil.ts';

export interface HolidayRow {
  readonly day: CivilDate;
  readonly workday: boolean;
  /** The holiday, in Chinese, on its days off and on the weekend days worked for it. */
  readonly name: string | null;
  /** The year's notice is not out (or not in the library): weekends and statutory days only, no swapped days. */
  readonly provisional: boolean;
}

/** Days on which the State Council published a year's notice; an earlier year's was out before it began. */
const PUBLISHED: Readonly<Record<number, CivilDate>> = {
  2014: '2013-12-11',
  2015: '2014-12-16',
  2016: '2015-12-10',
  2017: '2016-12-01',
  2018: '2017-11-30',
  2019: '2018-12-06',
  2020: '2019-11-21',
  2021: '2020-11-25',
  2022: '2021-10-25',
  2023: '2022-12-08',
  2024: '2023-10-25',
  2025: '2024-11-12',
  2026: '2025-11-04',
};

/**
 * Every day of `year` as far as it is known on the day `on`: a story of 2018 knows nothing of 2019's holidays.
 * Chinese-days 1.5.7 carries the notices of 2004 to 2026 and takes any other year for ordinary weeks.
 */
export function calendarDays(year: number, on: CivilDate): HolidayRow[] {
  const rowOf = isPublished(year, on) ? publishedRow : provisionalRow(year);
  const rows: HolidayRow[] = [];
  for (let day = `${year}-01-01` as CivilDate; day.startsWith(`${year}-`); day = plusDays(day, 1))
    rows.push(rowOf(day));
  return rows;
}

/** National Day is off in every notice, so a year in which the library gives it no name has no notice. */
function isPublished(year: number, on: CivilDate): boolean {
  return holidayName(`${year}-10-01`) !== null && on >= (PUBLISHED[year] ?? `${year}-01-01`);
}

function publishedRow(day: CivilDate): HolidayRow {
  return { day, workday: chineseDays.isWorkday(day), name: holidayName(day), provisional: false };
}

/** The library names a holiday `Spring Festival,春节,4` and any other day by its weekday. */
function holidayName(day: string): string | null {
  return chineseDays.getDayDetail(day).name.split(',')[1] ?? null;
}

function provisionalRow(year: number): (day: CivilDate) => HolidayRow {
  const off = statutoryDays(year);
  return (day) => {
    const name = off.get(day) ?? null;
    return { day, workday: weekday(day) <= 5 && name === null, name, provisional: true };
  };
}

/** The days that are off by law whatever a year's notice says: 13 since 2025, 11 before. Source: 全国年节及纪念日放假办法. */
function statutoryDays(year: number): ReadonlyMap<CivilDate, string> {
  const amended = year >= 2025; // 除夕 and 2 May were added
  const off = new Map<CivilDate, string>([
    [`${year}-01-01` as CivilDate, '元旦'],
    [`${year}-05-01` as CivilDate, '劳动节'],
    [`${year}-10-01` as CivilDate, '国庆节'],
    [`${year}-10-02` as CivilDate, '国庆节'],
    [`${year}-10-03` as CivilDate, '国庆节'],
    [chineseDays.getSolarTermDate(year, 4, 'pure_brightness') as CivilDate, '清明'],
  ]);
  if (amended) off.set(`${year}-05-02` as CivilDate, '劳动节');
  for (const { date, name } of chineseDays.getLunarFestivals(`${year}-01-01`, `${year}-12-31`)) {
    const day = date as CivilDate;
    if (name.includes('春节')) for (const n of amended ? [-1, 0, 1, 2] : [0, 1, 2]) off.set(plusDays(day, n), '春节');
    if (name.includes('端午节')) off.set(day, '端午');
    if (name.includes('中秋节')) off.set(day, '中秋');
  }
  return off;
}
