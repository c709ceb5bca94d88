// src/places/store.ts: the county's divisions and its days, as rows.
import type { CivilDate } from '../platform/civil.ts';
import { maybeRow, oneRow, rows, sql, type Tx, written } from '../platform/db.ts';
import { calendarDays } from './holidays.ts';
import { type Calendar, type CalendarDay, makeCalendar } from './rules.ts';

export interface Division {
  readonly code: string;
  readonly level: 'county' | 'town' | 'village';
  readonly parentCode: string | null;
  readonly name: string;
  /** The village (or town) that took this one in. */
  readonly mergedInto: string | null;
}

export interface NewDivision {
  readonly code: string;
  readonly name: string;
}

const columns = sql`d.code, d.level, d.parent_code as "parentCode", d.name, d.merged_into as "mergedInto"`;

/** Adds the divisions that are not there yet. @returns how many were new. */
export async function insertDivisions(tx: Tx, countyCode: string, divisions: readonly NewDivision[]): Promise<number> {
  return written(
    tx,
    sql`insert into division (county_code, code, level, name)
      select ${countyCode}, n.code, case length(n.code) when 6 then 'county' when 9 then 'town' else 'village' end, n.name
      from jsonb_to_recordset(${JSON.stringify(divisions)}::jsonb) as n(code text, name text)
      on conflict do nothing`,
  );
}

export async function divisionOf(tx: Tx, countyCode: string, code: string): Promise<Division | null> {
  return maybeRow(
    tx,
    sql<Division>`select ${columns} from division d where d.county_code = ${countyCode} and d.code = ${code}`,
  );
}

/** Divisions at or below `under`, by code, after the code `after`. */
export async function divisionsUnder(
  tx: Tx,
  countyCode: string,
  under: string,
  after: string,
  limit: number,
): Promise<Division[]> {
  return rows(
    tx,
    sql<Division>`select ${columns} from division d
      where d.county_code = ${countyCode} and starts_with(d.code, ${under}) and d.code > ${after} order by d.code limit ${limit}`,
  );
}

/** Every division's name by its code. */
export async function divisionNames(tx: Tx, countyCode: string): Promise<ReadonlyMap<string, string>> {
  const found = await rows(
    tx,
    sql<NewDivision>`select code, name from division where county_code = ${countyCode} order by code`,
  );
  return new Map(found.map(({ code, name }) => [code, name]));
}

/**
 * Loads the days of `years` as they are known on the day `on`. A day that was provisional takes what has been published since; every other stays as it is.
 * The running count of working days is made anew over all loaded years, so their order of loading does not matter.
 */
export async function insertCalendar(
  tx: Tx,
  countyCode: string,
  years: readonly number[],
  on: CivilDate,
): Promise<void> {
  const days = years.flatMap((year) => calendarDays(year, on));
  await sql`insert into calendar_day (county_code, day, workday, workday_no, name, provisional)
    select ${countyCode}, n.day, n.workday, 0, n.name, n.provisional
    from jsonb_to_recordset(${JSON.stringify(days)}::jsonb) as n(day date, workday boolean, name text, provisional boolean)
    on conflict (county_code, day) do update
      set workday = excluded.workday, name = excluded.name, provisional = excluded.provisional
      where calendar_day.provisional and not excluded.provisional`.execute(tx);
  await sql`update calendar_day c set workday_no = counted.no
    from (select day, count(*) filter (where workday) over (order by day) as no
          from calendar_day where county_code = ${countyCode}) counted
    where c.county_code = ${countyCode} and c.day = counted.day and c.workday_no <> counted.no`.execute(tx);
}

/** Loads every year from the first loaded one through `through` that is absent or provisional, so that no question of tomorrow meets an absent day. */
export async function completeCalendar(tx: Tx, countyCode: string, through: number, on: CivilDate): Promise<void> {
  const wanted = await rows(
    tx,
    sql<{ year: number }>`
      with known as (select extract(year from day)::integer as year, count(*) filter (where not provisional) as published
        from calendar_day where county_code = ${countyCode} group by 1)
      select y.year from generate_series(least((select min(year) from known), ${through - 1}::integer), ${through}::integer) as y(year)
      left join known on known.year = y.year where coalesce(known.published, 0) < 365`,
  );
  if (wanted.length === 0) return;
  await insertCalendar(
    tx,
    countyCode,
    wanted.map(({ year }) => year),
    on,
  );
}

/** Calendars already built, by county and fingerprint: 730 rows cost 2 ms to load and build, the fingerprint 0.4 ms. */
const built = new Map<string, { readonly print: string; readonly calendar: Calendar }>();

/** The county's working days over the loaded years. */
export async function loadCalendar(tx: Tx, countyCode: string): Promise<Calendar> {
  const { print } = await oneRow(
    tx,
    sql<{
      print: string;
    }>`select coalesce(min(day) || md5(string_agg(workday::int::text, '' order by day)), '') as print
      from calendar_day where county_code = ${countyCode}`,
  );
  const known = built.get(countyCode);
  if (known?.print === print) return known.calendar;
  const days = await rows(
    tx,
    sql<CalendarDay>`select day, workday from calendar_day where county_code = ${countyCode} order by day`,
  );
  const calendar = makeCalendar(days);
  built.set(countyCode, { print, calendar });
  return calendar;
}

export interface CalendarSpan {
  readonly layer: 'market' | 'farm_slack' | 'migrants_home';
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate;
  readonly name: string;
}

/** The county's own layers: when people are home, when there is no farm work. */
export async function insertSpans(tx: Tx, countyCode: string, spans: readonly CalendarSpan[]): Promise<number> {
  return written(
    tx,
    sql`insert into calendar_span (county_code, layer, from_on, to_on, name)
      select ${countyCode}, n.layer, n."fromOn", n."toOn", n.name
      from jsonb_to_recordset(${JSON.stringify(spans)}::jsonb) as n(layer text, "fromOn" date, "toOn" date, name text)
      on conflict do nothing`,
  );
}

export async function spansOf(tx: Tx, countyCode: string): Promise<CalendarSpan[]> {
  return rows(
    tx,
    sql<CalendarSpan>`select layer, from_on as "fromOn", to_on as "toOn", name from calendar_span
      where county_code = ${countyCode} order by from_on, layer`,
  );
}

/** Loaded days from `from` to `to`, both included. */
export async function calendarRows(
  tx: Tx,
  countyCode: string,
  from: string,
  to: string,
): Promise<{ day: string; workday: boolean; name: string | null; provisional: boolean }[]> {
  return rows(
    tx,
    sql<{
      day: string;
      workday: boolean;
      name: string | null;
      provisional: boolean;
    }>`select day, workday, name, provisional from calendar_day
      where county_code = ${countyCode} and day between ${from}::date and ${to}::date order by day`,
  );
}
