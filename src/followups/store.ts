// src/followups/store.ts: how each enrolment has been judged, and the one task it owes next.
import type { CivilDate, Instant } from '../platform/civil.ts';
import { maybeRow, rows, sql, type Tx, written } from '../platform/db.ts';
import type { NewTask } from '../tasks/store.ts';
import type { AdoptingDuty, JudgedRecord } from '../visits/rules/facts.ts';

const RECENT = 12; // records of an enrolment: three years of quarters, and no run of unsatisfactory visits is counted past two

/** The latest judgements of the accepted records of these enrolments; a record that an edit replaced is not among them. */
export async function judgedRecords(
  tx: Tx,
  countyCode: string,
  enrolmentIds: readonly string[],
): Promise<JudgedRecord[]> {
  if (enrolmentIds.length === 0) return [];
  return rows(
    tx,
    sql<JudgedRecord>`select r.id, coalesce(r.root_id, r.id) as "rootId", r.visit_hash as "visitHash", r.enrolment_id as "enrolmentId",
        r.person_id as "personId", r.occurred_at as "occurredAt", r.body, j.class, j.unsatisfactory, j.referral, j.next_due_on as "nextDueOn",
        coalesce(r.body->>'adverseReaction' in ('present', 'uncontrolled'), false) as reaction, coalesce(r.body->>'mode' = '3', false) as telephone
      from unnest(${[...enrolmentIds]}::uuid[]) as e(id)
      cross join lateral (select r.* from record r where r.county_code = ${countyCode} and r.enrolment_id = e.id and r.kind in ('htn', 't2dm')
          and r.filing = 'accepted'
          and not exists (select from record x where x.county_code = r.county_code and x.supersedes = r.id and x.filing = 'accepted')
        order by r.occurred_at desc limit ${RECENT}) r
      cross join lateral (select j.* from judgement j where j.county_code = ${countyCode} and j.enrolment_id = e.id and j.record_id = r.id
        order by j.at desc, j.id desc limit 1) j`,
  );
}

/** The duties of running campaigns that adopt a programme's follow-ups. */
export async function adoptingDuties(tx: Tx, countyCode: string): Promise<AdoptingDuty[]> {
  return rows(
    tx,
    sql<AdoptingDuty>`select c.id as "campaignId", d.key as "dutyKey", d.record as programme, c.window_from as "windowFrom", c.window_to as "windowTo",
        coalesce(c.definition->'areas', jsonb_build_array(c.county_code)) as areas
      from campaign c
      join duty d on d.county_code = c.county_code and d.campaign_id = c.id and d.mode = 'adopt'
      where c.county_code = ${countyCode} and (select s.stage from campaign_stage s where s.county_code = c.county_code and s.campaign_id = c.id
        order by s.seq desc limit 1) in ('running', 'paused')
      order by c.id, d.key`,
  );
}

export interface NewJudgement {
  readonly recordId: string;
  readonly visitHash: string;
  readonly enrolmentId: string;
  readonly protocol: string;
  readonly inputsHash: string;
  readonly class: string;
  readonly referral: string | null;
  readonly unsatisfactory: boolean;
  readonly nextDueOn: CivilDate | null;
  readonly nextKind: string | null;
  readonly rule: string;
  readonly source: string;
  readonly grade: string;
  readonly occurredAt: Instant;
}

/** A judgement stands beside the ones before it: none is rewritten. */
export async function insertJudgements(
  tx: Tx,
  countyCode: string,
  areaCode: string,
  judgements: readonly NewJudgement[],
  asOf: Instant,
): Promise<void> {
  if (judgements.length === 0) return;
  await sql`insert into judgement (county_code, record_id, visit_hash, area_code, enrolment_id, protocol, inputs_hash, class, referral,
      unsatisfactory, next_due_on, next_kind, rule, source, grade, occurred_at, at)
    select ${countyCode}, n."recordId", n."visitHash", ${areaCode}, n."enrolmentId", n.protocol, n."inputsHash", n.class, n.referral,
      n.unsatisfactory, n."nextDueOn", n."nextKind", n.rule, n.source, n.grade, n."occurredAt", ${asOf}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(judgements)}::jsonb) as n("recordId" uuid, "visitHash" text, "enrolmentId" uuid, protocol text,
      "inputsHash" text, class text, referral text, unsatisfactory boolean, "nextDueOn" date, "nextKind" text, rule text, source text,
      grade text, "occurredAt" timestamptz)
    on conflict do nothing`.execute(tx);
}

export interface NewMeasurement {
  readonly recordId: string;
  readonly visitHash: string;
  readonly kind: string;
  readonly value: number | null;
  readonly censored: 'HI' | 'LO' | null;
  readonly unit: string;
}

export async function insertMeasurements(
  tx: Tx,
  countyCode: string,
  areaCode: string,
  measurements: readonly NewMeasurement[],
): Promise<void> {
  if (measurements.length === 0) return;
  await sql`insert into measurement (county_code, record_id, visit_hash, area_code, kind, value, censored, unit)
    select ${countyCode}, n."recordId", n."visitHash", ${areaCode}, n.kind, n.value, n.censored, n.unit
    from jsonb_to_recordset(${JSON.stringify(measurements)}::jsonb) as n("recordId" uuid, "visitHash" text, kind text, value numeric,
      censored text, unit text)`.execute(tx);
}

/**
 * Moves the next tasks that a judgement made before and that are still open: another date with a new cycle
 * of its ladder, perhaps another kind, and a row that says so. A task already at its date stays as it is.
 * @returns the source keys that exist, moved or not: the others are to be made.
 */
export async function moveNextTasks(
  tx: Tx,
  countyCode: string,
  tasks: readonly NewTask[],
  reason: string,
  asOf: Instant,
): Promise<{ readonly sourceKey: string; readonly id: string; readonly moved: boolean }[]> {
  if (tasks.length === 0) return [];
  return rows(
    tx,
    sql<{ sourceKey: string; id: string; moved: boolean }>`
    with wanted as (select * from jsonb_to_recordset(${JSON.stringify(tasks)}::jsonb) as n("sourceKey" text, kind text, subject text, "subjectId" text,
        "opensOn" date, "dueOn" date, "graceUntil" date, "campaignId" uuid, "dutyKey" text, "inGoal" boolean)),
    known as (
      select t.id, t.source_key, t.area_code, t.due_on, t.closed_at is null and (t.due_on, t.kind, t.subject_id) is distinct from (w."dueOn", w.kind, w."subjectId") as moves, w.*
      from task t join wanted w on w."sourceKey" = t.source_key where t.county_code = ${countyCode} order by t.id for no key update of t),
    moved as (
      update task t set kind = k.kind, subject = k.subject, subject_id = k."subjectId", opens_on = k."opensOn", due_on = k."dueOn",
        grace_until = k."graceUntil", campaign_id = k."campaignId", duty_key = k."dutyKey", in_goal = k."inGoal", released_at = null,
          cycle = t.cycle + (t.due_on <> k."dueOn")::integer
      from known k where t.county_code = ${countyCode} and t.id = k.id and k.moves),
    noted as (
      insert into task_move (county_code, task_id, area_code, from_due, to_due, reason, at)
      select ${countyCode}, k.id, k.area_code, k.due_on, k."dueOn", ${reason}, ${asOf}::timestamptz from known k where k.moves and k.due_on <> k."dueOn")
    select source_key as "sourceKey", id, moves as moved from known`,
  );
}

/** Ends the follow-up that an edit has made pointless (a talk now understood), if it is still open. @returns how many ended. */
export async function dropTasks(
  tx: Tx,
  countyCode: string,
  sourceKeys: readonly string[],
  on: CivilDate,
  asOf: Instant,
): Promise<number> {
  if (sourceKeys.length === 0) return 0;
  return written(
    tx,
    sql`update task set closed_at = ${asOf}, closed_on = ${on}, close_reason = 'excused', close_detail = 'corrected'
      where county_code = ${countyCode} and source_key = any(${[...sourceKeys]}::text[]) and closed_at is null`,
  );
}

/** The last working day on or before each of these days; a day of a year nobody has loaded has none. */
export async function workdaysBy(
  tx: Tx,
  countyCode: string,
  days: readonly CivilDate[],
): Promise<ReadonlyMap<CivilDate, CivilDate>> {
  if (days.length === 0) return new Map();
  const found = await rows(
    tx,
    sql<{
      day: CivilDate;
      suggested: CivilDate;
    }>`select d.day, s.day as suggested from unnest(${[...new Set(days)]}::date[]) as d(day)
      join calendar_day known on known.county_code = ${countyCode} and known.day = d.day
      cross join lateral (select day from calendar_day c where c.county_code = ${countyCode} and c.day <= d.day and c.workday order by c.day desc limit 1) s`,
  );
  return new Map(found.map(({ day, suggested }) => [day, suggested]));
}

export interface EnrolmentListed {
  readonly id: string;
  readonly programme: string;
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate | null;
  readonly nextDueOn: CivilDate | null;
  readonly judgements: readonly {
    readonly recordId: string;
    readonly occurredAt: Instant;
    readonly class: string;
    readonly referral: string | null;
    readonly rule: string;
    readonly source: string;
    readonly grade: string;
  }[];
}

/** A person's programmes, with what is owed next and how each visit was judged, newest first. */
export async function followupsOf(tx: Tx, countyCode: string, personId: string): Promise<EnrolmentListed[]> {
  return rows(
    tx,
    sql<EnrolmentListed>`select e.id, e.programme, e.from_on as "fromOn", e.to_on as "toOn",
        (select min(t.due_on) from task t where t.county_code = e.county_code and t.enrolment_id = e.id and t.closed_at is null) as "nextDueOn",
        (select coalesce(jsonb_agg(jsonb_build_object('recordId', j.record_id, 'occurredAt', to_char(j.occurred_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
            'class', j.class, 'referral', j.referral, 'rule', j.rule, 'source', j.source, 'grade', j.grade) order by j.occurred_at desc, j.at desc), '[]')
          from judgement j where j.county_code = e.county_code and j.enrolment_id = e.id) as judgements
      from enrolment e where e.county_code = ${countyCode} and e.person_id = ${personId} order by e.programme, e.from_on`,
  );
}

/** Ends an open enrolment. @returns whose it was, or null where it is not open. */
export async function endEnrolmentRow(
  tx: Tx,
  countyCode: string,
  id: string,
  toOn: CivilDate,
  reason: string,
): Promise<{ readonly villageCode: string } | null> {
  return maybeRow(
    tx,
    sql<{ villageCode: string }>`update enrolment set to_on = greatest(${toOn}::date, from_on), end_reason = ${reason}
      where county_code = ${countyCode} and id = ${id} and to_on is null returning village_code as "villageCode"`,
  );
}
