// src/campaigns/store/gate.ts: what is not right before a launch, one question a check; each answer names its subject and who can put it right.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { rows, sql, type Tx } from '../../platform/db.ts';
import { type CheckCode, SHIFT_DAYS, type Shortcoming } from '../rules/readiness.ts';
import type { LadderPost } from '../schema.ts';
import { type Plan, planned } from './plan.ts';

type Found = Omit<Shortcoming, 'code'>;

/** The villages of the drive and the supervisor who answers for each: the town's, the county's, or who drafted the campaign. */
const villages = (countyCode: string, areas: readonly string[], day: CivilDate, createdBy: string) => sql`
  village as materialized (
    select v.code, left(v.code, 9) as town, coalesce(
      (select g.account_id from role_grant g where g.county_code = v.county_code and g.role = 'supervisor' and g.area_code = left(v.code, 9)
        and daterange(g.from_on, g.to_on, '[]') @> ${day}::date order by g.from_on, g.id limit 1), county.owner) as owner
    from division v cross join (select coalesce(
        (select g.account_id from role_grant g where g.county_code = ${countyCode} and g.role = 'supervisor' and g.area_code = ${countyCode}
          and daterange(g.from_on, g.to_on, '[]') @> ${day}::date order by g.from_on, g.id limit 1), ${createdBy}::uuid) as owner) county
    where v.county_code = ${countyCode} and v.level = 'village' and v.merged_into is null
      and exists (select from unnest(${[...areas]}::text[]) as a(code) where starts_with(v.code, a.code)))`;

const standing = (day: CivilDate, alias: string) =>
  sql`daterange(${sql.ref(`${alias}.from_on`)}, ${sql.ref(`${alias}.to_on`)}, '[]') @> ${day}::date`;

/** Teams with somebody who can be told something, and whether a lead is among them: asked once, not for each team. */
const manned = (countyCode: string, day: CivilDate) => sql`
  manned as materialized (
    select m.team_id, bool_or(m.role = 'lead') as led from team_member m
    join reached(${countyCode}, ${day}::date) r on r.holder_id = m.account_id
    where m.county_code = ${countyCode} and ${standing(day, 'm')} group by m.team_id)`;

export interface GateQuestion {
  readonly plan: Plan;
  readonly createdBy: string;
  readonly day: CivilDate;
  readonly asOf: Instant;
  readonly ladder: readonly { readonly level: number; readonly to: LadderPost }[];
  readonly capacity: number;
  /** Duties with a session in every town. */
  readonly clinics: boolean;
}

/** Everything found, in the order of the checks. */
export async function shortcomings(tx: Tx, gate: GateQuestion): Promise<Shortcoming[]> {
  const found: Shortcoming[] = [];
  const add = (code: CheckCode, items: readonly Found[]): void => {
    found.push(...items.map((item) => ({ code, ...item })));
  };
  add('people_without_team', await peopleWithoutTeam(tx, gate));
  add('team_unreachable', await unmannedTeams(tx, gate, 'anybody'));
  add('shift_empty', await emptyShifts(tx, gate));
  for (const { level, to } of gate.ladder) {
    const vacant = to === 'lead' ? await unmannedTeams(tx, gate, 'lead') : await postsVacant(tx, gate, to);
    add(level === 1 ? 'nobody_at_first_level' : 'level_vacant', vacant);
  }
  add('preparation_unfinished', await unfinishedPreparation(tx, gate));
  if (gate.clinics) add('town_without_clinic', await townsWithoutClinic(tx, gate));
  add('overload', await overloadedWeeks(tx, gate));
  return found;
}

const ask = (tx: Tx, { plan, day, createdBy }: GateQuestion, question: ReturnType<typeof sql>): Promise<Found[]> =>
  rows(tx, sql<Found>`with ${villages(plan.countyCode, plan.areas, day, createdBy)} ${question}`);

/** The villages are asked first, and people counted only where a team is missing: asking for each of 62,703 people took 15 s. */
function peopleWithoutTeam(tx: Tx, gate: GateQuestion): Promise<Found[]> {
  return ask(
    tx,
    gate,
    sql`, lacking as materialized (
        select v.code, v.owner from village v
        where (select count(distinct t.side) from team t where t.county_code = ${gate.plan.countyCode} and t.area_code = v.code and ${standing(gate.day, 't')}) < 2)
      select v.code as subject, count(*)::integer as count, v.owner as "ownerId"
      from lacking v join person p on p.county_code = ${gate.plan.countyCode} and p.village_code = v.code and p.died_on is null and p.moved_out_on is null
      group by v.code, v.owner order by v.code`,
  );
}

/** Villages in which a team has nobody (or no lead) who can be told anything. */
function unmannedTeams(tx: Tx, gate: GateQuestion, missing: 'anybody' | 'lead'): Promise<Found[]> {
  return ask(
    tx,
    gate,
    sql`, ${manned(gate.plan.countyCode, gate.day)}
      select v.code as subject, count(*)::integer as count, v.owner as "ownerId"
      from village v join team t on t.county_code = ${gate.plan.countyCode} and t.area_code = v.code and ${standing(gate.day, 't')}
      left join manned m on m.team_id = t.id
      where ${missing === 'lead' ? sql`m.led is not true` : sql`m.team_id is null`} group by v.code, v.owner order by v.code`,
  );
}

/** Towns (or the county) without a supervisor who can be reached. */
function postsVacant(tx: Tx, gate: GateQuestion, to: 'town' | 'county'): Promise<Found[]> {
  return ask(
    tx,
    gate,
    sql`select area.code as subject, 1 as count, ${gate.createdBy}::uuid as "ownerId"
      from (select distinct ${to === 'town' ? sql`v.town` : sql`${gate.plan.countyCode}::text`} as code from village v) area
      where not exists (select from role_grant g join reached(${gate.plan.countyCode}, ${gate.day}::date) r on r.holder_id = g.account_id
        where g.county_code = ${gate.plan.countyCode} and g.role = 'supervisor' and g.area_code = area.code and ${standing(gate.day, 'g')})
      order by area.code`,
  );
}

/** Towns for which neither they nor the county have a shift at every moment of the days ahead. */
function emptyShifts(tx: Tx, gate: GateQuestion): Promise<Found[]> {
  const ahead = sql`tstzrange(${gate.asOf}::timestamptz, ${gate.asOf}::timestamptz + make_interval(days => ${SHIFT_DAYS}))`;
  return ask(
    tx,
    gate,
    sql`select v.town as subject, 1 as count, (array_agg(v.owner order by v.code))[1] as "ownerId" from village v group by v.town
      having not coalesce((select range_agg(tstzrange(r.from_at, r.to_at)) from duty_roster r
        where r.county_code = ${gate.plan.countyCode} and r.area_code in (v.town, ${gate.plan.countyCode})) @> ${ahead}, false)
      order by v.town`,
  );
}

/** Preparation duties with tasks still open. */
async function unfinishedPreparation(tx: Tx, { plan, createdBy }: GateQuestion): Promise<Found[]> {
  return rows(
    tx,
    sql<Found>`select d.key as subject, count(*)::integer as count, ${createdBy}::uuid as "ownerId"
      from duty d join task t on t.county_code = d.county_code and t.campaign_id = d.campaign_id and t.duty_key = d.key and t.closed_at is null
      where d.county_code = ${plan.countyCode} and d.campaign_id = ${plan.campaignId} and d.preparation group by d.key order by d.key`,
  );
}

/** Towns in which no session is planned between now and the window's end. */
function townsWithoutClinic(tx: Tx, gate: GateQuestion): Promise<Found[]> {
  return ask(
    tx,
    gate,
    sql`select v.town as subject, 1 as count, (array_agg(v.owner order by v.code))[1] as "ownerId" from village v
      where not exists (select from clinic_session c where c.county_code = ${gate.plan.countyCode} and c.area_code = v.town
        and c.held_on between ${gate.plan.from} and ${gate.plan.to}
        and not exists (select from clinic_stage s where s.county_code = c.county_code and s.session_id = c.id and s.stage = 'cancelled'))
      group by v.town order by v.town`,
  );
}

/** Weeks, by their Monday, in which some village owes more stops than its pair can make; a stop is one door with all its tasks. */
async function overloadedWeeks(tx: Tx, { plan, capacity, createdBy }: GateQuestion): Promise<Found[]> {
  return rows(
    tx,
    sql<Found>`with ${planned(plan)},
      stop as (
        select village_code, id as household_id, due_on from door
        union select t.area_code, t.household_id, t.due_on from task t
          where t.county_code = ${plan.countyCode} and t.closed_at is null and t.household_id is not null and t.due_on between ${plan.from} and ${plan.to}
            and t.area_code in (select code from place)),
      load as (select village_code, date_trunc('week', due_on::timestamp)::date as monday, count(*) as stops from stop group by 1, 2)
      select load.monday::text as subject, count(*)::integer as count, ${createdBy}::uuid as "ownerId" from load
      where load.stops > ${capacity}::integer * (select count(*) from unnest(${[...plan.workdays]}::date[]) as w(day)
        where w.day between load.monday and load.monday + 6)
      group by 1 order by 1`,
  );
}
