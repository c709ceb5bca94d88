// src/campaigns/store/plan.ts: which day each door of a drive is due, in SQL: one question that launches, re-plans and the gate share.
import type { RawBuilder } from 'kysely';
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { sql, type Tx } from '../../platform/db.ts';
import type { Select } from '../schema.ts';

/** What is left of a drive's window, and where. */
export interface Plan {
  readonly countyCode: string;
  readonly campaignId: string;
  /** The first day a task may be due. */
  readonly from: CivilDate;
  /** The window's end. */
  readonly to: CivilDate;
  /** The working days from `from` to `to`. */
  readonly workdays: readonly CivilDate[];
  readonly areas: readonly string[];
  readonly waves: readonly { readonly on: CivilDate; readonly areas: readonly string[] }[];
  readonly asOf: Instant;
}

export const ADULT_YEARS = 18;

/**
 * Runs statements over a whole county with hash joins. A register imported this morning has no statistics yet: every condition
 * makes PostgreSQL expect one row, and doors nested into people took over two minutes where hashes take 0.2 s (62,703 people).
 */
export async function countyWide<T>(tx: Tx, work: () => Promise<T>): Promise<T> {
  const join = (way: 'on' | 'off') =>
    sql`select set_config('enable_nestloop', ${way}, true), set_config('enable_mergejoin', ${way}, true)`.execute(tx);
  await join('off');
  const done = await work();
  await join('on');
  return done;
}

const days = (plan: Pick<Plan, 'workdays'>) => sql`${[...plan.workdays]}::date[]`;

/**
 * The working day on which the `rank`-th of `count` things is due, `skip` days into the plan and `stop` days at the latest:
 * after k of D days round(count × k / D) are due, as `spreadDates` has it. Falls back to `otherwise` where no day is left.
 */
export const nthDay = (
  plan: Pick<Plan, 'workdays'>,
  rank: string,
  count: string,
  skip: string,
  stop: string,
  otherwise: RawBuilder<unknown>,
) => {
  const [r, n, lo, hi] = [rank, count, skip, stop].map((name) => sql.raw(name));
  return sql`case when ${hi} > ${lo} then (${days(plan)})[(${lo} + ((2 * ${r} - 1) * (${hi} - ${lo}) + 2 * ${n} - 1) / (2 * ${n}))::integer]
    else ${otherwise} end`;
};

/** Villages of the drive; each begins with its wave, or at once. */
const places = (plan: Plan) => sql`place as materialized (
  select v.code, greatest(${plan.from}::date, max(w."on")) as opens_on, width_bucket(greatest(${plan.from}::date, max(w."on")) - 1, ${days(plan)}) as skip
  from division v
  left join jsonb_to_recordset(${JSON.stringify(plan.waves)}::jsonb) as w("on" date, areas text[])
    on exists (select from unnest(w.areas) as a(code) where starts_with(v.code, a.code))
  where v.county_code = ${plan.countyCode} and v.level = 'village' and v.merged_into is null
    and exists (select from unnest(${[...plan.areas]}::text[]) as a(code) where starts_with(v.code, a.code))
  group by v.code)`;

/** Every door with its day: a village's households in the order of its register, spread over the working days that are left. */
const doors = (plan: Plan, only: RawBuilder<unknown>) => sql`door as (
  select o.id, o.village_code, o.opens_on, o.rank,
    ${nthDay(plan, 'o.rank', 'o.count', 'o.skip', String(plan.workdays.length), sql`${plan.to}::date`)} as due_on
  from (select h.id, h.village_code, place.opens_on, place.skip, row_number() over (partition by h.village_code order by h.group_no, h.register_no) as rank,
      count(*) over (partition by h.village_code) as count
    from household h join place on place.code = h.village_code
    where h.county_code = ${plan.countyCode} and h.ended_on is null and ${only}) o)`;

/** People who are home only until a day inside the window: their doors are spread over the working days before they leave. */
const stays = (plan: Plan) => sql`stay as (
  select distinct on (s.person_id) s.person_id, p.household_id, greatest(s.from_on, ${plan.from}::date) as from_on, s.to_on
  from presence s join person p on p.county_code = s.county_code and p.id = s.person_id
  where s.county_code = ${plan.countyCode} and s.place = 'home' and s.to_on between ${plan.from} and ${plan.to}
    and p.died_on is null and p.moved_out_on is null
  order by s.person_id, s.from_on),
bounded_door as (
  select door.id, row_number() over (partition by door.village_code order by door.rank) as rank, count(*) over (partition by door.village_code) as count
  from door where exists (select from stay where stay.household_id = door.id)),
bounded as (
  select o.person_id, o.household_id, o.from_on as opens_on, o.to_on as until,
    greatest(o.from_on, ${nthDay(plan, 'o.rank', 'o.count', 'o.skip', 'o.stop', sql`o.to_on - 1`)}) as due_on
  from (select stay.*, d.rank, d.count, width_bucket(stay.from_on - 1, ${days(plan)}) as skip, width_bucket(stay.to_on - 1, ${days(plan)}) as stop
    from stay join bounded_door d on d.id = stay.household_id) o),
bounded_household as (
  select p.household_id, (array_agg(b.opens_on order by b.until desc, b.due_on))[1] as opens_on,
    (array_agg(b.until order by b.until desc, b.due_on))[1] as until, (array_agg(b.due_on order by b.until desc, b.due_on))[1] as due_on
  from person p left join bounded b on b.person_id = p.id
  where p.county_code = ${plan.countyCode} and p.died_on is null and p.moved_out_on is null
    and p.born_on <= ${plan.from}::date - make_interval(years => ${ADULT_YEARS})
    and exists (select from bounded o where o.household_id = p.household_id)
  group by p.household_id having bool_and(b.person_id is not null))`;

/** `with` clauses of a plan: place, door, stay, bounded (people) and bounded_household. `only` narrows the doors that share the days. */
export const planned = (plan: Plan, only: RawBuilder<unknown> = sql`true`) =>
  sql`${places(plan)}, ${doors(plan, only)}, ${stays(plan)}`;

/** Whether somebody is selected by a duty, on the plan's first day. `person` is the alias of a row of `person`. */
const personSelected = (plan: Plan, select: Select, person: RawBuilder<unknown>): RawBuilder<unknown> => {
  if (select === 'all') return sql`true`;
  if ('category' in select)
    return sql`exists (select from category_membership c where c.county_code = ${plan.countyCode} and c.person_id = ${person}.id
      and c.category = ${select.category} and daterange(c.from_on, c.to_on, '[]') @> ${plan.from}::date)`;
  if ('programme' in select)
    return sql`exists (select from enrolment e where e.county_code = ${plan.countyCode} and e.person_id = ${person}.id
      and e.programme = ${select.programme} and e.to_on is null)`;
  if ('plan' in select)
    return sql`exists (select from personal_plan l where l.county_code = ${plan.countyCode} and l.person_id = ${person}.id
      and (${select.plan} = 'any' or l.class = ${select.plan}))`;
  return sql`false`;
};

/** What a duty is owed to, with its area and its planned day: rows of subject_id, area_code, household_id, person_id, team_id, opens_on, due_on, until. */
export function subjects(plan: Plan, subject: string, select: Select, side: string): RawBuilder<unknown> {
  const { countyCode } = plan;
  const over = (from: RawBuilder<unknown>, area: RawBuilder<unknown>, team: RawBuilder<unknown>) => sql`
    select o.subject_id, ${area} as area_code, null::uuid as household_id, null::uuid as person_id, ${team} as team_id, o.opens_on,
      ${nthDay(plan, 'o.rank', 'o.count', 'o.skip', String(plan.workdays.length), sql`${plan.to}::date`)} as due_on, null::date as until
    from (select s.*, row_number() over (order by s.code, s.subject_id) as rank, count(*) over () as count from (${from}) s) o`;
  switch (subject) {
    case 'household':
      return sql`select door.id::text as subject_id, door.village_code as area_code, door.id as household_id, null::uuid as person_id, null::uuid as team_id,
          coalesce(b.opens_on, door.opens_on) as opens_on, coalesce(b.due_on, door.due_on) as due_on, b.until
        from door left join bounded_household b on b.household_id = door.id
        where ${
          select !== 'all' && 'contract' in select
            ? sql`not exists (select from contract c where c.county_code = ${countyCode} and c.household_id = door.id and c.signed_on is not null)`
            : select === 'all'
              ? sql`true`
              : sql`exists (select from person p where p.county_code = ${countyCode} and p.household_id = door.id
                  and p.died_on is null and p.moved_out_on is null and ${personSelected(plan, select, sql`p`)})`
        }`;
    case 'person':
      return sql`select p.id::text as subject_id, p.village_code as area_code, p.household_id, p.id as person_id, null::uuid as team_id,
          coalesce(b.opens_on, door.opens_on) as opens_on, coalesce(b.due_on, door.due_on) as due_on, b.until
        from person p join door on door.id = p.household_id left join bounded b on b.person_id = p.id
        where p.county_code = ${countyCode} and p.died_on is null and p.moved_out_on is null and ${personSelected(plan, select, sql`p`)}`;
    case 'village':
      return over(sql`select code, code as subject_id, opens_on, skip from place`, sql`o.code`, sql`null::uuid`);
    case 'town':
      return over(
        sql`select left(code, 9) as code, left(code, 9) as subject_id, min(opens_on) as opens_on, min(skip) as skip from place group by 1`,
        sql`o.code`,
        sql`null::uuid`,
      );
    case 'team': {
      const county = side === 'facility'; // the county's training team owes it, and the county's agenda minds it
      return over(
        sql`select place.code, t.id::text as subject_id, t.id as team_id, place.opens_on, place.skip from place
          join team t on t.county_code = ${countyCode} and t.area_code = place.code and t.to_on is null
          where ${county} or t.side = ${side}`,
        county ? sql`${countyCode}::text` : sql`o.code`,
        county ? sql`null::uuid` : sql`o.team_id`,
      );
    }
    default:
      throw new RangeError(`no tasks are made for a ${subject}`);
  }
}
