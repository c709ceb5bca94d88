// src/supervision/store/rounds.ts: rounds, their stages and their samples, as rows; the draw is one statement.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { maybeRow, rows, sql, type Tx, written } from '../../platform/db.ts';
import type { RoundStage } from '../rules.ts';
import type { NewRound, RoundRule } from '../schema.ts';

export interface RoundRow {
  readonly id: string;
  readonly campaignId: string | null;
  readonly areaCode: string;
  /** With the sealed seed: strip it before it is shown. */
  readonly rule: RoundRule & { readonly sealedSeed: string };
  readonly seedHash: string;
  readonly periodFrom: CivilDate;
  readonly periodTo: CivilDate;
  readonly createdBy: string;
  readonly stage: RoundStage;
  readonly seq: number;
  readonly unanswered: number;
}

export async function roundOf(tx: Tx, countyCode: string, id: string): Promise<RoundRow | null> {
  return maybeRow(
    tx,
    sql<RoundRow>`select r.id, r.campaign_id as "campaignId", r.area_code as "areaCode", r.rule, r.seed_hash as "seedHash",
        r.period_from as "periodFrom", r.period_to as "periodTo", r.created_by as "createdBy", last.stage, last.seq,
        (select count(*) from sample s where s.county_code = r.county_code and s.round_id = r.id and not exists (
          select from check_result c where c.county_code = s.county_code and c.round_id = s.round_id and c.record_id = s.record_id)) as unanswered
      from round r
      cross join lateral (select stage, seq from round_stage g where g.county_code = r.county_code and g.round_id = r.id order by seq desc limit 1) last
      where r.county_code = ${countyCode} and r.id = ${id}`,
  );
}

export interface StageRow {
  readonly stage: RoundStage;
  readonly at: Instant;
  readonly detail: unknown;
}

export async function stagesOf(tx: Tx, countyCode: string, id: string): Promise<StageRow[]> {
  return rows(
    tx,
    sql<StageRow>`select stage, at, detail from round_stage where county_code = ${countyCode} and round_id = ${id} order by seq`,
  );
}

/** @param id given where the round comes again by a rule: the same period is announced once. @returns false where it was announced before. */
export async function insertRound(
  tx: Tx,
  countyCode: string,
  round: Omit<NewRound, 'rule'> & Pick<RoundRow, 'id' | 'rule' | 'seedHash' | 'createdBy'>,
  asOf: Instant,
): Promise<boolean> {
  const wrote = await written(
    tx,
    sql`insert into round (county_code, id, campaign_id, area_code, rule, seed_hash, period_from, period_to, created_by, created_at)
      values (${countyCode}, ${round.id}, ${round.campaignId ?? null}, ${round.areaCode}, ${JSON.stringify(round.rule)}, ${round.seedHash},
        ${round.periodFrom}, ${round.periodTo}, ${round.createdBy}, ${asOf}) on conflict do nothing`,
  );
  return wrote === 1;
}

/** Writes the stage after `seq`. @returns false when somebody else has moved the round on. */
export async function insertStage(
  tx: Tx,
  countyCode: string,
  round: { readonly id: string; readonly seq: number },
  stage: { readonly stage: RoundStage; readonly byAccount: string | null; readonly detail?: unknown },
  asOf: Instant,
): Promise<boolean> {
  const wrote = await written(
    tx,
    sql`insert into round_stage (county_code, round_id, seq, stage, at, by_account, detail)
      values (${countyCode}, ${round.id}, ${round.seq + 1}, ${stage.stage}, ${asOf}, ${stage.byAccount},
        ${stage.detail === undefined ? null : JSON.stringify(stage.detail)}) on conflict do nothing`,
  );
  return wrote === 1;
}

export interface Eligible {
  readonly recordId: string;
  readonly visitId: string;
  readonly householdId: string | null;
  readonly townCode: string;
  readonly drawn: boolean;
}

/**
 * Every record a round draws from, by id, and whether it is drawn: the `perLot` lowest sha256(`seed/recordId`) of each lot.
 * Eligible: done in the period, of the rule's kinds, in a village of the area, accepted and not replaced as of the draw.
 */
export async function drawOf(
  tx: Tx,
  countyCode: string,
  round: RoundRow,
  seed: string,
  asOf: Instant,
): Promise<Eligible[]> {
  const { kinds, lot, perLot } = round.rule;
  return rows(
    tx,
    sql<Eligible>`
      select r.id as "recordId", r.visit_id as "visitId", r.household_id as "householdId", left(r.area_code, 9) as "townCode",
        row_number() over (
          partition by left(r.area_code, 9), case when ${lot} = 'team' then r.area_code || coalesce(r.side, '') end
          order by encode(sha256(convert_to(${seed}::text || '/' || r.id, 'UTF8')), 'hex')) <= ${perLot} as drawn
      from record r
      where r.county_code = ${countyCode} and r.filing = 'accepted' and r.kind = any(${[...kinds]}::text[])
        and length(r.area_code) = 12 and starts_with(r.area_code, ${round.areaCode}) and r.recorded_at <= ${asOf}
        and (r.occurred_at at time zone 'Asia/Shanghai')::date between ${round.periodFrom}::date and ${round.periodTo}::date
        and not exists (select from record later where later.county_code = r.county_code and later.supersedes = r.id
          and later.filing = 'accepted' and later.recorded_at <= ${asOf})
      order by r.id`,
  );
}

/** A sample stands in its town's area, where the team it is about does not see it. */
export async function insertSamples(
  tx: Tx,
  countyCode: string,
  roundId: string,
  samples: readonly { readonly recordId: string; readonly townCode: string; readonly taskKey: string }[],
): Promise<number> {
  return written(
    tx,
    sql`insert into sample (county_code, round_id, record_id, area_code, task_id)
      select ${countyCode}, ${roundId}::uuid, n."recordId", n."townCode", t.id
      from jsonb_to_recordset(${JSON.stringify(samples)}::jsonb) as n("recordId" uuid, "townCode" text, "taskKey" text)
      join task t on t.county_code = ${countyCode} and t.source_key = n."taskKey" on conflict do nothing`,
  );
}

export interface SampleRow {
  readonly recordId: string;
  readonly areaCode: string;
  readonly taskId: string | null;
  readonly answered: boolean;
}

export async function samplesOf(tx: Tx, countyCode: string, roundId: string): Promise<SampleRow[]> {
  return rows(
    tx,
    sql<SampleRow>`select s.record_id as "recordId", s.area_code as "areaCode", s.task_id as "taskId",
        exists (select from check_result c where c.county_code = s.county_code and c.round_id = s.round_id and c.record_id = s.record_id) as answered
      from sample s where s.county_code = ${countyCode} and s.round_id = ${roundId} order by s.record_id`,
  );
}

/** The sample of a record whose re-visit is still owed, in a round that is in the field: the one of `taskId` where it is named. */
export async function openSampleOf(
  tx: Tx,
  countyCode: string,
  recordId: string,
  taskId: string | null,
): Promise<{ readonly roundId: string; readonly taskId: string } | null> {
  return maybeRow(
    tx,
    sql<{ roundId: string; taskId: string }>`select s.round_id as "roundId", s.task_id as "taskId" from sample s
      join task t on t.county_code = s.county_code and t.id = s.task_id and t.closed_at is null
      where s.county_code = ${countyCode} and s.record_id = ${recordId}
        and (${taskId}::uuid is null or s.task_id = ${taskId}::uuid)
        and exists (select from round_stage g where g.county_code = s.county_code and g.round_id = s.round_id and g.stage = 'in_field')
      order by t.due_on, t.id limit 1`,
  );
}

export interface LotCount {
  readonly lot: string;
  readonly checked: number;
  readonly refuted: number;
}

/** What the re-visits of a round found, by lot: the last word on each sample. */
export async function lotCounts(tx: Tx, countyCode: string, round: RoundRow): Promise<LotCount[]> {
  return rows(
    tx,
    sql<LotCount>`select case when ${round.rule.lot} = 'team' then concat_ws('/', r.area_code, r.side) else left(r.area_code, 9) end as lot,
        count(*) as checked, count(*) filter (where said.verdict = 'refuted') as refuted
      from sample s
      join record r on r.county_code = s.county_code and r.id = s.record_id and r.filing = 'accepted'
      cross join lateral (select verdict from check_result c where c.county_code = s.county_code and c.round_id = s.round_id
        and c.record_id = s.record_id order by c.occurred_at desc, c.recorded_at desc limit 1) said
      where s.county_code = ${countyCode} and s.round_id = ${round.id} group by 1 order by 1`,
  );
}

/** Whether an account re-visited for this round, or was there at one of the visits it drew. */
export async function hasPartIn(tx: Tx, countyCode: string, roundId: string, accountId: string): Promise<boolean> {
  const found = await rows(
    tx,
    sql`select from check_result where county_code = ${countyCode} and round_id = ${roundId} and checked_by = ${accountId}
      union all
      select from sample s join task t on t.county_code = s.county_code and t.id = s.task_id
        join visit v on v.county_code = t.county_code and v.id::text = t.subject_id
        where s.county_code = ${countyCode} and s.round_id = ${roundId} and ${accountId}::uuid in (v.account_id, v.partner_id)
      limit 1`,
  );
  return found.length > 0;
}

/** The record a re-visit task asks about. */
export async function recordOfTask(tx: Tx, countyCode: string, taskId: string): Promise<string | null> {
  const found = await maybeRow(
    tx,
    sql<{
      recordId: string;
    }>`select record_id as "recordId" from sample where county_code = ${countyCode} and task_id = ${taskId}`,
  );
  return found?.recordId ?? null;
}
