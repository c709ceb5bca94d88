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

/** Every day of `year`. Chinese-days 1.5.7 carries the notices of 2004 to 2026 and takes any other year for ordinary weeks. */
export function calendarDays(year: number): HolidayRow[] {
  const rowOf = isPublished(year) ? publishedRow : provisionalRow(year);
  const rows: HolidayRow[] = [];
  for (let day = `${year}-01-01` as CivilDate; day.startsWith(`${year}-`); day = plusDays(day, 1))
    rows.push(rowOf(day));
  return rows;
}

/** National Day is off in every notice, so a year in which the library gives it no name has no notice. */
function isPublished(year: number): boolean {
  return holidayName(`${year}-10-01`) !== null;
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

/** The 13 days that are off by law whatever a year's notice says. Source: 全国年节及纪念日放假办法, as amended for 2025. */
function statutoryDays(year: number): ReadonlyMap<CivilDate, string> {
  const off = new Map<CivilDate, string>([
    [`${year}-01-01` as CivilDate, '元旦'],
    [`${year}-05-01` as CivilDate, '劳动节'],
    [`${year}-05-02` as CivilDate, '劳动节'],
    [`${year}-10-01` as CivilDate, '国庆节'],
    [`${year}-10-02` as CivilDate, '国庆节'],
    [`${year}-10-03` as CivilDate, '国庆节'],
    [chineseDays.getSolarTermDate(year, 4, 'pure_brightness') as CivilDate, '清明'],
  ]);
  for (const { date, name } of chineseDays.getLunarFestivals(`${year}-01-01`, `${year}-12-31`)) {
    const day = date as CivilDate;
    if (name.includes('春节')) for (const n of [-1, 0, 1, 2]) off.set(plusDays(day, n), '春节');
    if (name.includes('端午节')) off.set(day, '端午');
    if (name.includes('中秋节')) off.set(day, '中秋');
  }
  return off;
}
