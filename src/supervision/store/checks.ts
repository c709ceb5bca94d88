// src/supervision/store/checks.ts: checks, their findings and what was put right, as rows; and how much of what was recorded stands.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { maybeRow, oneRow, rows, sql, type Tx, written } from '../../platform/db.ts';
import type { FindingQuery, FindingReply, Summary, SummaryQuery } from '../schema.ts';

export interface CheckedRecord {
  readonly id: string;
  readonly areaCode: string;
  readonly side: 'medical' | 'cadre' | 'facility' | null;
  readonly accountId: string;
  readonly partnerId: string | null;
  readonly occurredAt: Instant;
}

/** A record that stands, with who was there; null where there is none in sight. */
export async function recordOf(tx: Tx, countyCode: string, id: string): Promise<CheckedRecord | null> {
  return maybeRow(
    tx,
    sql<CheckedRecord>`select r.id, r.area_code as "areaCode", r.side, r.account_id as "accountId", v.partner_id as "partnerId",
        r.occurred_at as "occurredAt"
      from record r join visit v on v.county_code = r.county_code and v.id = r.visit_id and v.body_hash = r.visit_hash
      where r.county_code = ${countyCode} and r.id = ${id} and r.filing = 'accepted'`,
  );
}

/** The team an account belongs to on a day: its side, and its area. Of two, the one in `preferArea`. */
export async function teamOfAccount(
  tx: Tx,
  countyCode: string,
  accountId: string,
  preferArea: string,
  day: CivilDate,
): Promise<{ readonly id: string; readonly areaCode: string; readonly side: 'medical' | 'cadre' | 'facility' } | null> {
  return maybeRow(
    tx,
    sql<{
      id: string;
      areaCode: string;
      side: 'medical' | 'cadre' | 'facility';
    }>`select t.id, t.area_code as "areaCode", t.side
      from team_member m join team t on t.county_code = m.county_code and t.id = m.team_id
      where m.county_code = ${countyCode} and m.account_id = ${accountId} and daterange(m.from_on, m.to_on, '[]') @> ${day}::date
      order by t.area_code = ${preferArea} desc, t.id limit 1`,
  );
}

/** The teams whose work a record is: those of its side in its village. */
export async function teamsOf(tx: Tx, countyCode: string, record: CheckedRecord): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ id: string }>`select id from team where county_code = ${countyCode} and area_code = ${record.areaCode}
      and (${record.side}::text is null or side = ${record.side})`,
  );
  return found.map(({ id }) => id);
}

/** Whether somebody has a role over an area on a day: only then does she see what she is to put right. */
export async function isInPost(
  tx: Tx,
  countyCode: string,
  accountId: string,
  areaCode: string,
  day: CivilDate,
): Promise<boolean> {
  const found = await oneRow(
    tx,
    sql<{ known: boolean }>`select exists (
      select from account a join role_grant g on g.county_code = a.county_code and g.account_id = a.id
      where a.county_code = ${countyCode} and a.id = ${accountId} and a.disabled_at is null
        and starts_with(${areaCode}, g.area_code) and daterange(g.from_on, g.to_on, '[]') @> ${day}::date) as known`,
  );
  return found.known;
}

export interface NewCheck {
  readonly kind: 'checklist' | 'revisit';
  readonly areaCode: string;
  readonly teamId?: string;
  readonly recordId?: string;
  readonly roundId?: string | null;
  readonly checkedBy: string;
  readonly occurredAt: Instant;
  readonly items?: readonly { readonly code: string; readonly met: boolean }[];
  readonly verdict?: 'confirmed' | 'refuted';
  readonly note: string | null;
}

export async function insertCheck(tx: Tx, countyCode: string, check: NewCheck, asOf: Instant): Promise<string> {
  const made = await oneRow(
    tx,
    sql<{
      id: string;
    }>`insert into check_result (county_code, kind, area_code, team_id, record_id, round_id, checked_by, occurred_at, recorded_at, items, verdict, note)
      values (${countyCode}, ${check.kind}, ${check.areaCode}, ${check.teamId ?? null}, ${check.recordId ?? null}, ${check.roundId ?? null},
        ${check.checkedBy}, ${check.occurredAt}, ${asOf}, ${JSON.stringify(check.items ?? [])}, ${check.verdict ?? null}, ${check.note}) returning id`,
  );
  return made.id;
}

export interface NewFinding {
  readonly code: string;
  readonly text: string;
  readonly ownerId: string;
  readonly dueOn: CivilDate;
}

export async function insertFindings(
  tx: Tx,
  countyCode: string,
  of: { readonly checkId: string; readonly areaCode: string; readonly raisedBy: string },
  findings: readonly NewFinding[],
): Promise<{ id: string; code: string }[]> {
  if (findings.length === 0) return [];
  return rows(
    tx,
    sql<{
      id: string;
      code: string;
    }>`insert into finding (county_code, check_id, area_code, code, text, owner_id, raised_by, due_on)
      select ${countyCode}, ${of.checkId}::uuid, ${of.areaCode}, n.code, n.text, n."ownerId", ${of.raisedBy}::uuid, n."dueOn"
      from jsonb_to_recordset(${JSON.stringify(findings)}::jsonb) as n(code text, text text, "ownerId" uuid, "dueOn" date)
      on conflict (county_code, check_id, code) do nothing returning id, code`,
  );
}

/** Ties each finding to the task with its key. */
export async function setFindingTasks(
  tx: Tx,
  countyCode: string,
  keys: readonly { readonly id: string; readonly key: string }[],
): Promise<void> {
  await sql`update finding f set task_id = t.id
    from jsonb_to_recordset(${JSON.stringify(keys)}::jsonb) as n(id uuid, key text)
    join task t on t.county_code = ${countyCode} and t.source_key = n.key
    where f.county_code = ${countyCode} and f.id = n.id`.execute(tx);
}

export interface FindingRow {
  readonly id: string;
  readonly areaCode: string;
  readonly ownerId: string;
  /** Whose check it came from. */
  readonly raisedBy: string;
  readonly taskId: string | null;
}

export async function findingOf(tx: Tx, countyCode: string, id: string): Promise<FindingRow | null> {
  return maybeRow(
    tx,
    sql<FindingRow>`select id, area_code as "areaCode", owner_id as "ownerId", raised_by as "raisedBy", task_id as "taskId"
      from finding where county_code = ${countyCode} and id = ${id}`,
  );
}

/** @returns false where it was put right before. */
export async function insertRectification(
  tx: Tx,
  countyCode: string,
  finding: FindingRow,
  accountId: string,
  proof: string,
  asOf: Instant,
): Promise<boolean> {
  const wrote = await written(
    tx,
    sql`insert into rectification (county_code, finding_id, area_code, account_id, at, proof)
      values (${countyCode}, ${finding.id}, ${finding.areaCode}, ${accountId}, ${asOf}, ${proof}) on conflict do nothing`,
  );
  return wrote === 1;
}

/** Findings under an area by id, a page at a time. */
export async function findingsUnder(tx: Tx, countyCode: string, query: FindingQuery): Promise<FindingReply[]> {
  const open = query.open === undefined ? null : query.open === 'true';
  return rows(
    tx,
    sql<FindingReply>`select f.id, f.check_id as "checkId", f.area_code as "areaCode", f.code, f.text, f.owner_id as "ownerId",
        f.due_on as "dueOn", f.task_id as "taskId", r.at as "putRightAt", r.proof
      from finding f left join rectification r on r.county_code = f.county_code and r.finding_id = f.id
      where f.county_code = ${countyCode} and starts_with(f.area_code, ${query.under ?? ''})
        and (${open}::boolean is null or (r.at is null) = ${open}) and (${query.after ?? null}::uuid is null or f.id > ${query.after ?? null}::uuid)
      order by f.id limit ${query.limit}`,
  );
}

/**
 * Records that stand, and the visits they were made at, by what re-visits said last: verified, not yet checked, refuted; never
 * one total. By town and by team. A correction is no further visit, and what was refuted is not answered by correcting it.
 */
export async function checkSummary(tx: Tx, countyCode: string, query: SummaryQuery): Promise<Summary> {
  const counted = await rows(
    tx,
    sql<Summary['teams'][number] & { team: boolean }>`
      with said as (
        select distinct on (root) coalesce(x.root_id, x.id) as root, c.verdict
        from check_result c join record x on x.county_code = c.county_code and x.id = c.record_id and x.filing = 'accepted'
        where c.county_code = ${countyCode} and c.kind = 'revisit' order by root, c.occurred_at desc, c.recorded_at desc),
      standing as (
        select r.area_code, r.side, coalesce(first.visit_id, r.visit_id) as visit_id, said.verdict
        from record r
        left join record first on first.county_code = r.county_code and first.id = r.root_id and first.filing = 'accepted'
        left join said on said.root = coalesce(r.root_id, r.id)
        where r.county_code = ${countyCode} and r.filing = 'accepted' and length(r.area_code) = 12 and starts_with(r.area_code, ${query.under ?? ''})
          and (${query.from ?? null}::date is null or (r.occurred_at at time zone 'Asia/Shanghai')::date >= ${query.from ?? null}::date)
          and (${query.to ?? null}::date is null or (r.occurred_at at time zone 'Asia/Shanghai')::date <= ${query.to ?? null}::date)
          and not exists (select from record later where later.county_code = r.county_code and later.supersedes = r.id and later.filing = 'accepted'))
      select grouping(side) = 0 as team, coalesce(area_code, left(min(area_code), 9)) as "areaCode", side,
        count(distinct visit_id) as visits, count(*) as records, count(*) filter (where verdict = 'confirmed') as verified,
        count(*) filter (where verdict is null) as unchecked, count(*) filter (where verdict = 'refuted') as refuted
      from standing group by grouping sets ((left(area_code, 9)), (area_code, side)) order by 2, 3`,
  );
  return {
    towns: counted.filter(({ team }) => !team).map(({ team: _town, side: _side, ...town }) => town),
    teams: counted.filter(({ team }) => team).map(({ team: _team, ...team }) => team),
  };
}
