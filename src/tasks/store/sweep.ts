// src/tasks/store/sweep.ts: what one agenda sweep reads and writes, a statement each, for the whole area at once.
import { type CivilDate, dateOf, type Instant } from '../../platform/civil.ts';
import { maybeRow, oneRow, rows, sql, type Tx } from '../../platform/db.ts';
import type { Days } from '../rules/days.ts';
import type { LadderLevel } from '../rules/default-ladder.ts';
import {
  awayClauses,
  awayDays,
  awayJoins,
  coversTask,
  heldUntil,
  inForce,
  pendingDays,
  stopJoins,
  stopOn,
} from '../standing.ts';
import type { Side } from '../store.ts';
import { speaks } from './devices.ts';

/** Somebody who would be told now, leave and substitutes settled; only those who can be reached. */
export interface Seat {
  /** The county's: whoever of its supervisors is on duty, or all of them where nobody is. */
  readonly seat: 'lead' | 'member' | 'town' | 'county';
  readonly side: Side | null;
  readonly teamId: string | null;
  readonly accountId: string;
  /** Hears what the team owes: everybody in it who has not said no. */
  readonly reminded: boolean;
}

export interface Drive {
  readonly id: string;
  readonly running: boolean;
  readonly ladder: readonly LadderLevel[];
}

export interface AreaFacts {
  readonly open: number;
  /** A task bounded by somebody's presence is open: every calendar morning is swept. */
  readonly bounded: boolean;
  /** Lines of the area that no envelope has taken. */
  readonly untaken: number;
  /** Whose lines wait with no envelope due to take them. */
  readonly stranded: readonly string[];
  /** The last whole day of which every phone of the area has sent everything; null with no phone. */
  readonly horizonOn: CivilDate | null;
  readonly seats: readonly Seat[];
  /** Drives whose tasks are minded now; a task of any other drive rests. */
  readonly drives: readonly Drive[];
}

/** What a sweep needs to know of an area besides its late tasks. */
export async function areaFacts(tx: Tx, countyCode: string, area: string, asOf: Instant): Promise<AreaFacts> {
  const today = dateOf(asOf);
  return oneRow(
    tx,
    sql<AreaFacts>`
      with owed as (
        select count(*) as open, coalesce(bool_or(bounded_until is not null), false) as bounded,
          array_agg(distinct team_id) filter (where team_id is not null) as teams
        from task where county_code = ${countyCode} and area_code = ${area} and closed_at is null),
      waiting as (
        select account_id, count(*) as lines from notice_line
        where county_code = ${countyCode} and area_code = ${area} and notice_id is null group by account_id),
      seat as (
        select m.role as seat, team.side, team.id as team_id, m.account_id
        from team join team_member m on m.county_code = team.county_code and m.team_id = team.id
        where team.county_code = ${countyCode} and coalesce(team.to_on, ${today}) >= ${today}::date
          and (team.area_code = ${area} or team.id = any((select teams from owed)::uuid[])
            or (length(${area}) = 12 and team.area_code = left(${area}, 9) and team.side = 'facility'))
          and m.from_on <= ${today}::date and coalesce(m.to_on, ${today}) >= ${today}::date
        union all
        select case length(g.area_code) when 9 then 'town' else 'county' end, null, null, g.account_id
        from role_grant g
        where g.county_code = ${countyCode} and g.role = 'supervisor' and g.area_code in (left(${area}, 9), left(${area}, 6))
          and g.from_on <= ${today}::date and coalesce(g.to_on, ${today}) >= ${today}::date),
      told as (
        select s.seat, s.side, s.team_id, r.account_id, not exists (select from preference p where p.county_code = ${countyCode}
            and p.account_id = r.account_id and p.class = 'reminder' and not p.subscribed) as reminded,
          case s.seat when 'county' then (select case s.account_id when d.first_id then 1 when d.second_id then 2 end from duty_roster d
            where d.county_code = ${countyCode} and d.area_code = left(${area}, 6) and tstzrange(d.from_at, d.to_at) @> ${asOf}::timestamptz) end as turn
        from seat s join reached(${countyCode}, ${today}::date) r on r.holder_id = s.account_id),
      called as (
        select distinct seat, side, team_id, account_id, reminded from told
        where seat <> 'county' or turn is not distinct from (select min(turn) from told)),
      drive as (
        select c.id, stage.stage = 'running' as running, c.definition -> 'ladder' as ladder
        from campaign c join lateral (select s.stage from campaign_stage s
          where s.county_code = c.county_code and s.campaign_id = c.id order by s.seq desc limit 1) stage on true
        where c.county_code = ${countyCode} and stage.stage in ('approved', 'ready', 'running'))
      select owed.open, owed.bounded,
        (select coalesce(sum(lines), 0) from waiting) as untaken,
        array(select w.account_id from waiting w where not exists (select from notice n where n.county_code = ${countyCode}
          and n.account_id = w.account_id and n.kind = 'digest' and n.state = 'due') order by 1) as stranded,
        (select (least(min(heard_at), min(oldest_unsent_at)) at time zone 'Asia/Shanghai')::date - 1 from device d
          where d.county_code = ${countyCode} and d.area_code = ${area} and ${speaks(today)}) as "horizonOn",
        coalesce((select jsonb_agg(jsonb_build_object('seat', seat, 'side', side, 'teamId', team_id, 'accountId', account_id, 'reminded', reminded)
          order by seat, side, account_id) from called), '[]') as seats,
        coalesce((select jsonb_agg(jsonb_build_object('id', id, 'running', running, 'ladder', ladder)) from drive), '[]') as drives
      from owed`,
  );
}

/** A late task whose next rung is possible this morning, as far as working days can tell. */
export interface Candidate {
  readonly id: string;
  readonly cycle: number;
  readonly version: number;
  readonly side: Side;
  /** Both village leads hear of a joint duty. */
  readonly joint: boolean;
  readonly teamId: string | null;
  /** Null for routine. */
  readonly driveId: string | null;
  readonly opensOn: CivilDate;
  readonly dueOn: CivilDate;
  readonly grace: number;
  readonly graceUntil: CivilDate | null;
  readonly boundedUntil: CivilDate | null;
  readonly topLevel: number | null;
  readonly topDecidedOn: CivilDate | null;
  /** The morning of its last step, over cycles. */
  readonly lastStepOn: CivilDate | null;
  readonly promisedOn: CivilDate | null;
  readonly holds: readonly Days[];
  readonly away: readonly Days[];
  readonly pending: readonly Days[];
}

/** One ladder as the prefilter reads it; `id` null for routine. */
export interface Thresholds {
  readonly id: string | null;
  readonly after: readonly number[];
}

const HANDED_DAYS = 30; // a hand-over that no sweep could tell of in a month is old news

/** The villages whose people's absences an area's tasks ask about: its own, and those that tasks were handed over from. */
const villagesOf = (countyCode: string, area: string) => sql`s.village_code = any(array(select ${area}
  union select h.village_code from task t join household h on h.county_code = t.county_code and h.id = t.household_id
    where t.county_code = ${countyCode} and t.area_code = ${area} and t.handed_on is not null and t.closed_at is null))`;

const asDays = (days: ReturnType<typeof sql>) => sql`coalesce((select jsonb_agg(jsonb_build_object(
  'fromOn', lower(stop), 'toOn', upper(stop) - 1)) from unnest(${days}) as stop), '[]')`;

/**
 * Late tasks by id, after `after`. Working days are subtracted (two look-ups a task), stops of the clock are not: they can
 * only make a task less late, and the rule decides with them. `workday` and `day` are the area's last mornings.
 */
export async function candidates(
  tx: Tx,
  countyCode: string,
  area: string,
  thresholds: readonly Thresholds[],
  { workday, day, today }: { readonly workday: CivilDate; readonly day: CivilDate; readonly today: CivilDate },
  after: string | null,
  limit: number,
): Promise<Candidate[]> {
  return rows(
    tx,
    sql<Candidate>`
      with ladder as (select * from jsonb_to_recordset(${JSON.stringify(thresholds)}::jsonb) as l(id uuid, after integer[])),
      standing as materialized (
        select h.task_id, h.household_id, h.village_code, h.team_id, h.campaign_id, h.from_on, ${heldUntil} as until
        from hold h where h.county_code = ${countyCode} and ${inForce}
          and h.area_code in (${area}, left(${area}, 9), left(${area}, 6))),
      ${awayClauses(countyCode, villagesOf(countyCode, area), today)}
      select t.id, t.cycle, t.version, t.side, coalesce(duty.side = 'joint', false) as joint, t.team_id as "teamId", l.id as "driveId",
        t.opens_on as "opensOn", t.due_on as "dueOn", t.grace, t.grace_until as "graceUntil", t.bounded_until as "boundedUntil",
        rung.level as "topLevel", rung.decided_on as "topDecidedOn", rung.last_on as "lastStepOn", promise.day as "promisedOn",
        coalesce((select jsonb_agg(jsonb_build_object('fromOn', h.from_on, 'toOn', h.until)) from standing h where ${coversTask}), '[]') as holds,
        ${asDays(awayDays)} as away, ${asDays(pendingDays)} as pending
      from task t
      ${awayJoins}
      join ladder l on l.id is not distinct from case when t.released_at is null then t.campaign_id end
      left join duty on duty.county_code = t.county_code and duty.campaign_id = t.campaign_id and duty.key = t.duty_key
      left join lateral (select max(e.level) filter (where e.cycle = t.cycle) as level, max(e.decided_on) filter (where e.cycle = t.cycle) as decided_on,
        max(e.decided_on) as last_on from escalation e where e.county_code = t.county_code and e.task_id = t.id) rung on true
      left join lateral (select max(k.promised_on) as day from acknowledgement k
        where k.county_code = t.county_code and k.task_id = t.id and k.cycle = t.cycle) promise on true
      cross join lateral (select case when t.bounded_until is null then ${workday}::date else ${day}::date end as day) morning
      where t.county_code = ${countyCode} and t.area_code = ${area} and t.closed_at is null
        and t.due_on < ${day}::date and coalesce(t.grace_until, t.due_on) < morning.day
        and coalesce(rung.level, 0) < cardinality(l.after)
        and (rung.last_on is null or rung.last_on < morning.day)
        and (promise.day is null or promise.day < morning.day)
        and (t.bounded_until is not null or t.grace + l.after[coalesce(rung.level, 0) + 1] <=
          (select workday_no from calendar_day c where c.county_code = ${countyCode} and c.day = ${workday}::date)
          - (select workday_no from calendar_day c where c.county_code = ${countyCode} and c.day = coalesce(t.grace_until, t.due_on)))
        and (${after}::uuid is null or t.id > ${after}::uuid)
      order by t.id limit ${limit}`,
  );
}

/** A rung to be written if its task still stands as it did when it was decided. */
export interface NewRung {
  readonly task: string;
  readonly cycle: number;
  readonly version: number;
  readonly level: number;
  readonly kind: 'told' | 'skipped' | 'no_word';
  readonly reason: string | null;
  readonly decidedOn: CivilDate;
  readonly dueAt: Instant;
  readonly people: readonly string[];
}

/** A morning on which tasks are announced; what falls due before the next one is announced on it. */
export interface ReminderMorning {
  /** Tasks that opened after this day, up to `today`. */
  readonly after: CivilDate;
  readonly today: CivilDate;
  /** Tasks due from `today` up to the day before this one. */
  readonly next: CivilDate;
}

export interface Swept {
  readonly rungs: number;
  readonly skipped: number;
  readonly lines: number;
  /** Whose lines were written. */
  readonly people: readonly string[];
}

/**
 * The one write of a sweep. `live` locks in the order of ids every task about which something will be said, and looks at
 * it again: a task closed, moved, held or handed over since it was read gets nothing.
 */
export async function writeSweep(
  tx: Tx,
  countyCode: string,
  area: string,
  rungs: readonly NewRung[],
  reminders: ReminderMorning | null,
  facts: AreaFacts,
  asOf: Instant,
): Promise<Swept> {
  const today = dateOf(asOf);
  const seats = facts.seats.filter(({ seat, reminded }) => reminded && (seat === 'lead' || seat === 'member'));
  const minded = sql`(t.campaign_id is null or t.released_at is not null
    or t.campaign_id = any(${facts.drives.map(({ id }) => id)}::uuid[]))`;
  const found = await maybeRow(
    tx,
    sql<Swept>`
      with rung as materialized (
        select * from jsonb_to_recordset(${JSON.stringify(rungs)}::jsonb) as r(task uuid, cycle integer, version integer, level integer, kind text,
          reason text, "decidedOn" date, "dueAt" timestamptz, people uuid[])),
      seat as materialized (
        select * from jsonb_to_recordset(${JSON.stringify(seats)}::jsonb) as s(seat text, side text, "teamId" uuid, "accountId" uuid)),
      morning as (select ${reminders?.after ?? null}::date as after, ${reminders?.today ?? null}::date as today, ${reminders?.next ?? null}::date as next),
      ${awayClauses(countyCode, villagesOf(countyCode, area), today)},
      due as (
        select t.id, t.cycle, t.version, t.side, t.team_id,
          case when t.due_on < m.today then 'late' when t.due_on < m.next then 'due' else 'opens' end as moment
        from morning m join task t on t.county_code = ${countyCode} and t.area_code = ${area} and t.closed_at is null
          and (t.due_on < m.next or t.opens_on > m.after and t.opens_on <= m.today)
        ${stopJoins}
        where ${minded} and ${stopOn(today)} is null),
      announced as ( -- what is announced as such; what was handed over is said to the team that has it now, whatever its dates
        select id, cycle, version, side, team_id, moment, moment as tag from due where moment <> 'late'
        union all
        select t.id, t.cycle, t.version, t.side, t.team_id, 'opens', 'handed-' || t.handed_on
        from morning m join task t on t.county_code = ${countyCode} and t.area_code = ${area} and t.closed_at is null
          and t.handed_on > m.today - ${HANDED_DAYS}::integer
        ${stopJoins}
        where ${minded} and ${stopOn(today)} is null),
      reminder as materialized (
        select distinct due.id, due.cycle, due.version, due.moment, seat."accountId", 'rem/' || due.id || '/' || due.cycle || '/' || due.tag || '/' || seat."accountId" as key
        from announced due join seat on seat.seat = 'lead' and case when due.team_id is not null then seat."teamId" = due.team_id
          when due.side = 'either' then seat.side in ('medical', 'cadre') else seat.side = due.side end
        where not exists (select from notice_line n where n.county_code = ${countyCode} and n.key =
            'rem/' || due.id || '/' || due.cycle || '/' || due.tag || '/' || seat."accountId" offset 0)), -- 0: by its key, a row each; joined, every line of the county would be read
      owed as materialized ( -- one item for each member and team: what it owes is looked up when the digest leaves
        select distinct seat."teamId", seat."accountId", 'owed/' || ${area}::text || '/' || seat."teamId" || '/' || m.today || '/' || seat."accountId" as key
        from morning m, (select distinct side, team_id from due) due join seat on case when due.team_id is not null then seat."teamId" = due.team_id
          when due.side = 'either' then seat.side in ('medical', 'cadre') else seat.side = due.side end),
      live as materialized (
        select t.id, t.cycle, t.version from task t
        where t.county_code = ${countyCode} and t.area_code = ${area} and t.closed_at is null
          and (t.id in (select task from rung) or t.id in (select id from reminder))
        order by t.id for no key update),
      climbed as (
        insert into escalation (county_code, task_id, cycle, level, area_code, kind, reason, horizon_on, decided_on, due_at, at)
        select ${countyCode}, r.task, r.cycle, r.level, ${area}, r.kind, r.reason, case when r.kind = 'no_word' then ${facts.horizonOn}::date end,
          r."decidedOn", r."dueAt", ${asOf}::timestamptz
        from rung r join live on live.id = r.task and live.cycle = r.cycle and live.version = r.version
        on conflict do nothing returning task_id, cycle, level, kind),
      line as (
        insert into notice_line (county_code, key, kind, account_id, task_id, subject_id, area_code, cycle, level, created_at)
        select ${countyCode}, 'esc/' || c.task_id || '/' || c.cycle || '/' || c.level || '/' || person, 'climb', person, c.task_id, null::uuid, ${area},
          c.cycle, c.level, ${asOf}::timestamptz
        from climbed c join rung r on r.task = c.task_id and r.cycle = c.cycle and r.level = c.level cross join unnest(r.people) as person
        union all
        select ${countyCode}, m.key, m.moment, m."accountId", m.id, null, ${area}, m.cycle, null::integer, ${asOf}::timestamptz
        from reminder m join live on live.id = m.id and live.cycle = m.cycle and live.version = m.version
        union all
        select ${countyCode}, o.key, 'owed', o."accountId", null, o."teamId", ${area}, null, null, ${asOf}::timestamptz from owed o
        on conflict do nothing returning account_id)
      select (select count(*) from climbed) as rungs, (select count(*) from climbed where kind = 'skipped') as skipped,
        (select count(*) from line) as lines, array(select distinct account_id from line order by 1) as people`,
  );
  return found ?? { rungs: 0, skipped: 0, lines: 0, people: [] };
}
