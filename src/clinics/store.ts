// src/clinics/store.ts: clinic sessions, their stages, staff and attendance, as rows.
import type { CivilDate, Instant, TimeOfDay } from '../platform/civil.ts';
import { maybeRow, oneRow, rows, sql, type Tx, written } from '../platform/db.ts';
import type { SessionNumbers, Stage } from './rules.ts';
import type { NewSession, Sheets, Staffing } from './schema.ts';

export interface SessionRow extends SessionNumbers {
  readonly id: string;
  readonly campaignId: string | null;
  readonly areaCode: string;
  readonly villageCode: string | null;
  readonly heldOn: CivilDate;
  readonly fromTime: TimeOfDay;
  readonly toTime: TimeOfDay;
  readonly place: string;
  readonly createdBy: string;
  readonly stage: Stage;
  /** The number of its last stage: the next one is a compare-and-set. */
  readonly seq: number;
  readonly staff: number;
  readonly openFindings: number;
  /** Why it was entered late; null: in time. */
  readonly lateReason: string | null;
  /** Signatures on its sheets on file. */
  readonly sheetLines: number;
}

const sessions = sql`
  select s.id, s.campaign_id as "campaignId", s.area_code as "areaCode", s.village_code as "villageCode", s.held_on as "heldOn",
    to_char(s.from_time, 'HH24:MI') as "fromTime", to_char(s.to_time, 'HH24:MI') as "toTime", s.place, s.late_reason as "lateReason", s.created_by as "createdBy",
    last.stage, last.seq, staff.all as staff, staff.professionals, seen.persons, seen."personTimes", seen."openFindings",
    (select coalesce(sum(lines), 0) from clinic_sheet h where h.county_code = s.county_code and h.session_id = s.id) as "sheetLines"
  from clinic_session s
  cross join lateral (select stage, seq from clinic_stage g where g.county_code = s.county_code and g.session_id = s.id order by seq desc limit 1) last
  cross join lateral (select count(*) as all, count(*) filter (where profession <> 'other') as professionals
    from clinic_staff f where f.county_code = s.county_code and f.session_id = s.id) staff
  cross join lateral (select count(*) as persons, coalesce(sum(services), 0) as "personTimes",
      count(*) filter (where waits) as "openFindings" from clinic_turns(s.county_code, s.id)) seen`;

export async function sessionOf(tx: Tx, countyCode: string, id: string): Promise<SessionRow | null> {
  return maybeRow(tx, sql<SessionRow>`${sessions} where s.county_code = ${countyCode} and s.id = ${id}`);
}

/** Locks a session until the transaction ends, so that nobody signs in while it closes. */
export async function lockSession(tx: Tx, countyCode: string, id: string): Promise<SessionRow | null> {
  await sql`select from clinic_session where county_code = ${countyCode} and id = ${id} for no key update`.execute(tx);
  return sessionOf(tx, countyCode, id);
}

/** Sessions of a campaign, by town and day. */
export async function sessionsOfCampaign(tx: Tx, countyCode: string, campaignId: string): Promise<SessionRow[]> {
  return rows(
    tx,
    sql<SessionRow>`${sessions} where s.county_code = ${countyCode} and s.campaign_id = ${campaignId} order by s.area_code, s.held_on, s.place`,
  );
}

export interface StageRow {
  readonly stage: Stage;
  readonly at: Instant;
  readonly byAccount: string | null;
  readonly reason: string | null;
}

export async function stagesOf(tx: Tx, countyCode: string, id: string): Promise<StageRow[]> {
  return rows(
    tx,
    sql<StageRow>`select stage, at, by_account as "byAccount", reason from clinic_stage
      where county_code = ${countyCode} and session_id = ${id} order by seq`,
  );
}

/** Plans a session. @returns its id, or null where the town already has one that day at that place. */
export async function insertSession(
  tx: Tx,
  countyCode: string,
  session: NewSession,
  createdBy: string,
  asOf: Instant,
): Promise<string | null> {
  const made = await maybeRow(
    tx,
    sql<{
      id: string;
    }>`insert into clinic_session (county_code, campaign_id, area_code, village_code, held_on, from_time, to_time, place, late_reason, created_by, created_at)
      values (${countyCode}, ${session.campaignId ?? null}, ${session.areaCode}, ${session.villageCode ?? null}, ${session.heldOn},
        ${session.fromTime}, ${session.toTime}, ${session.place}, ${session.lateReason ?? null}, ${createdBy}, ${asOf})
      on conflict (county_code, area_code, held_on, place) do nothing returning id`,
  );
  return made?.id ?? null;
}

export interface NewStage {
  readonly stage: Stage;
  readonly byAccount: string | null;
  readonly reason?: string | null;
  readonly detail?: Readonly<Record<string, unknown>>;
}

/** Writes the stage after `seq`. @returns false when somebody else has moved the session on. */
export async function insertStage(
  tx: Tx,
  countyCode: string,
  session: { readonly id: string; readonly areaCode: string; readonly seq: number },
  stage: NewStage,
  asOf: Instant,
): Promise<boolean> {
  const wrote = await written(
    tx,
    sql`insert into clinic_stage (county_code, session_id, seq, area_code, stage, at, by_account, reason, detail)
      values (${countyCode}, ${session.id}, ${session.seq + 1}, ${session.areaCode}, ${stage.stage}, ${asOf}, ${stage.byAccount},
        ${stage.reason ?? null}, ${stage.detail ? JSON.stringify(stage.detail) : null})
      on conflict do nothing`,
  );
  return wrote === 1;
}

export interface Moved {
  readonly heldOn: CivilDate;
  readonly fromTime: TimeOfDay;
  readonly toTime: TimeOfDay;
  readonly place: string;
}

/** @returns false where the town already has another session that day at that place. */
export async function moveSession(tx: Tx, countyCode: string, id: string, to: Moved): Promise<boolean> {
  const wrote = await written(
    tx,
    sql`update clinic_session s set held_on = ${to.heldOn}, from_time = ${to.fromTime}, to_time = ${to.toTime}, place = ${to.place}
      where county_code = ${countyCode} and id = ${id} and not exists (select from clinic_session o where o.county_code = s.county_code
        and o.area_code = s.area_code and o.held_on = ${to.heldOn} and o.place = ${to.place} and o.id <> s.id)`,
  );
  return wrote === 1;
}

/** Adds the staff who are accounts of the county and not yet named. @returns the ids that are no account. */
export async function insertStaff(
  tx: Tx,
  countyCode: string,
  session: { readonly id: string; readonly areaCode: string },
  staff: Staffing['staff'],
): Promise<string[]> {
  const unknown = await rows(
    tx,
    sql<{ id: string }>`select n.id from unnest(${staff.map((one) => one.accountId)}::uuid[]) as n(id)
      where not exists (select from account a where a.county_code = ${countyCode} and a.id = n.id and a.disabled_at is null)`,
  );
  if (unknown.length > 0) return unknown.map((row) => row.id);
  await sql`insert into clinic_staff (county_code, session_id, area_code, account_id, profession)
    select ${countyCode}, ${session.id}, ${session.areaCode}, n."accountId", n.profession
    from jsonb_to_recordset(${JSON.stringify(staff)}::jsonb) as n("accountId" uuid, profession text)
    on conflict do nothing`.execute(tx);
  return [];
}

export interface NewAttendance {
  readonly personId: string | null;
  readonly name: string | null;
  readonly services: number;
}

/** Signs somebody in. A known person once: @returns her row, and whether it was there before. */
export async function insertAttendance(
  tx: Tx,
  countyCode: string,
  session: { readonly id: string; readonly areaCode: string },
  attendance: NewAttendance,
  accountId: string,
  asOf: Instant,
): Promise<{ attendanceId: string; again: boolean }> {
  const made = await maybeRow(
    tx,
    sql<{
      id: string;
    }>`insert into clinic_attendance (county_code, session_id, area_code, person_id, name, services, recorded_at, account_id)
      values (${countyCode}, ${session.id}, ${session.areaCode}, ${attendance.personId}, ${attendance.name}, ${attendance.services}, ${asOf}, ${accountId})
      on conflict (county_code, session_id, person_id) do nothing returning id`,
  );
  if (made) return { attendanceId: made.id, again: false };
  const before = await oneRow(
    tx,
    sql<{
      id: string;
    }>`select id from clinic_attendance where county_code = ${countyCode} and session_id = ${session.id} and person_id = ${attendance.personId}`,
  );
  return { attendanceId: before.id, again: true };
}

/** Says why a session was entered late. */
export async function setLateReason(tx: Tx, countyCode: string, id: string, reason: string): Promise<void> {
  await sql`update clinic_session set late_reason = ${reason} where county_code = ${countyCode} and id = ${id}`.execute(
    tx,
  );
}

/** Files signed sheets. @returns the hashes of those filed before, for whichever session. */
export async function insertSheets(
  tx: Tx,
  countyCode: string,
  session: { readonly id: string; readonly areaCode: string },
  sheets: Sheets['sheets'],
  accountId: string,
  asOf: Instant,
): Promise<string[]> {
  const filed = await rows(
    tx,
    sql<{
      sha256: string;
    }>`insert into clinic_sheet (county_code, sha256, session_id, area_code, reference, lines, at, account_id)
      select ${countyCode}, n.sha256, ${session.id}::uuid, ${session.areaCode}, n.reference, n.lines, ${asOf}::timestamptz, ${accountId}::uuid
      from jsonb_to_recordset(${JSON.stringify(sheets)}::jsonb) as n(sha256 text, reference text, lines integer)
      on conflict do nothing returning sha256`,
  );
  const made = new Set(filed.map(({ sha256 }) => sha256));
  return sheets.map(({ sha256 }) => sha256).filter((sha256) => !made.has(sha256));
}

/** @returns where a person of the register lives, or null when she is not on it (or out of sight). */
export async function homeOfPerson(
  tx: Tx,
  countyCode: string,
  personId: string,
): Promise<{ readonly village: string; readonly householdId: string } | null> {
  return maybeRow(
    tx,
    sql<{ village: string; householdId: string }>`select village_code as village, household_id as "householdId"
      from person where county_code = ${countyCode} and id = ${personId}`,
  );
}

export interface Turn {
  /** Null: somebody not on the register. */
  readonly personId: string | null;
  readonly disposition: string | null;
  readonly referralId: string | null;
  readonly enrolmentId: string | null;
}

/** Somebody's turn at a session, or null when the session has no such turn. */
export async function turnOf(tx: Tx, countyCode: string, sessionId: string, id: string): Promise<Turn | null> {
  return maybeRow(
    tx,
    sql<Turn>`select person_id as "personId", disposition, referral_id as "referralId", enrolment_id as "enrolmentId"
      from clinic_attendance where county_code = ${countyCode} and session_id = ${sessionId} and id = ${id}`,
  );
}

/** Writes what was found at somebody's turn, and what it led to. */
export async function updateFinding(
  tx: Tx,
  countyCode: string,
  id: string,
  found: Pick<Turn, 'disposition' | 'referralId' | 'enrolmentId'> & { readonly finding: string },
): Promise<void> {
  await sql`update clinic_attendance set finding = ${found.finding}, disposition = ${found.disposition},
      referral_id = ${found.referralId}, enrolment_id = ${found.enrolmentId}
    where county_code = ${countyCode} and id = ${id}`.execute(tx);
}

/** Turns whose finding still has no disposition. */
export async function openFindings(tx: Tx, countyCode: string, sessionId: string): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ id: string }>`select id from clinic_attendance where county_code = ${countyCode} and session_id = ${sessionId}
      and finding is not null and disposition is null order by recorded_at, id`,
  );
  return found.map((row) => row.id);
}

/** The town's open clinic task that a session of this campaign discharges: the one due first. */
export async function openClinicTask(
  tx: Tx,
  countyCode: string,
  session: { readonly areaCode: string; readonly campaignId: string | null },
): Promise<string | null> {
  const found = await maybeRow(
    tx,
    sql<{
      id: string;
    }>`select id from task where county_code = ${countyCode} and area_code = ${session.areaCode} and kind = 'clinic'
      and subject = 'town' and subject_id = ${session.areaCode} and closed_at is null
      and (${session.campaignId}::uuid is null or campaign_id = ${session.campaignId}) order by due_on, id limit 1`,
  );
  return found?.id ?? null;
}

/** Whether a session has discharged a task: it does so once, also where the town owes another. */
export async function hasDischarged(tx: Tx, countyCode: string, sessionId: string): Promise<boolean> {
  const found = await rows(
    tx,
    sql`select from task where county_code = ${countyCode} and kind = 'clinic' and closed_by = ${sessionId} limit 1`,
  );
  return found.length > 0;
}

/** Accounts named for a session that can still be told something. */
export async function staffOf(tx: Tx, countyCode: string, sessionId: string): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{
      id: string;
    }>`select f.account_id as id from clinic_staff f join account a on a.county_code = f.county_code and a.id = f.account_id
      where f.county_code = ${countyCode} and f.session_id = ${sessionId} and a.disabled_at is null order by f.account_id`,
  );
  return found.map((row) => row.id);
}

export interface TownRow {
  readonly areaCode: string;
  readonly name: string;
}

/** Towns within these areas, or with a village among them. */
export async function townsUnder(tx: Tx, countyCode: string, areas: readonly string[]): Promise<TownRow[]> {
  return rows(
    tx,
    sql<TownRow>`select code as "areaCode", name from division where county_code = ${countyCode} and level = 'town' and merged_into is null
      and exists (select from unnest(${[...areas]}::text[]) a where starts_with(code, a) or starts_with(a, code)) order by code`,
  );
}

export interface Totals extends SessionNumbers {
  readonly sessions: number;
  /** Those of them that count for a goal. */
  readonly counted: number;
}

/**
 * The reported sessions of a campaign together, those entered in time or those entered late: somebody known who came to two
 * of them is one person, and so is a doctor who served at two.
 */
export async function totalsOf(tx: Tx, countyCode: string, campaignId: string, late: boolean): Promise<Totals> {
  return oneRow(
    tx,
    sql<Totals>`
      with reported as (select s.id, clinic_counts(s) as counts from clinic_session s
        where s.county_code = ${countyCode} and s.campaign_id = ${campaignId} and (s.late_reason is not null) = ${late}
        and exists (select from clinic_stage g where g.county_code = s.county_code and g.session_id = s.id and g.stage = 'reported')),
      seen as (select t.person_id, t.services from reported cross join lateral clinic_turns(${countyCode}, reported.id) t)
      select (select count(*) from reported) as sessions, (select count(*) from reported where counts) as counted,
        (select count(distinct person_id) + count(*) filter (where person_id is null) from seen) as persons,
        (select coalesce(sum(services), 0) from seen) as "personTimes",
        (select count(distinct account_id) from clinic_staff where county_code = ${countyCode} and session_id in (select id from reported)
          and profession <> 'other') as professionals`,
  );
}

/** Reminders and announcements already written for the day the session is held on now. */
export async function toldSteps(
  tx: Tx,
  countyCode: string,
  session: { readonly id: string; readonly heldOn: CivilDate },
): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{
      step: string;
    }>`select distinct params->>'step' as step from notice where county_code = ${countyCode} and kind = 'clinic'
      and starts_with(key, ${`clinic/${session.id}/`}) and params->>'heldOn' = ${session.heldOn}`,
  );
  return found.map((row) => row.step);
}
