// src/supervision/store/rounds.ts: rounds, their stages and their samples, as rows.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { maybeRow, oneRow, rows, sql, type Tx, written } from '../../platform/db.ts';
import type { RoundStage } from '../rules.ts';
import type { NewRound, RoundListed, RoundRule } from '../schema.ts';

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
        (select count(*) from sample s join task t on t.county_code = s.county_code and t.id = s.task_id and t.closed_at is null
          where s.county_code = r.county_code and s.round_id = r.id) as unanswered
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

/** The sample of a record whose re-visit is still owed: the one of `taskId` where it is named. */
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
        and not exists (select from round_stage g where g.county_code = s.county_code and g.round_id = s.round_id and g.stage = 'answered')
      order by t.due_on, t.id limit 1`,
  );
}

export interface LotCount {
  readonly lot: string;
  readonly checked: number;
  readonly unanswered: number;
  readonly refuted: number;
}

/** What the re-visits of a round found, by lot: the last word on each sample, and how many nobody went to. */
export async function lotCounts(tx: Tx, countyCode: string, roundId: string): Promise<LotCount[]> {
  return rows(
    tx,
    sql<LotCount>`select e.lot, count(said.verdict) as checked, count(*) filter (where said.verdict is null) as unanswered,
        count(*) filter (where said.verdict = 'refuted') as refuted
      from round_eligible e
      left join lateral (select verdict from check_result c where c.county_code = e.county_code and c.round_id = e.round_id
        and c.record_id = e.record_id order by c.occurred_at desc, c.recorded_at desc limit 1) said on true
      where e.county_code = ${countyCode} and e.round_id = ${roundId} and e.drawn group by 1 order by 1`,
  );
}

/** Whether an account re-visited for this round, was there at one of the visits it drew, or answered for what it found. */
export async function hasPartIn(tx: Tx, countyCode: string, roundId: string, accountId: string): Promise<boolean> {
  const { part } = await oneRow(
    tx,
    sql<{ part: boolean }>`select had_part_in_round(${countyCode}, ${roundId}, ${accountId}) as part`,
  );
  return part;
}

/** The re-visits of a round that are still owed. */
export async function owedRevisits(
  tx: Tx,
  countyCode: string,
  roundId: string,
): Promise<{ readonly taskId: string; readonly dueOn: CivilDate }[]> {
  return rows(
    tx,
    sql<{ taskId: string; dueOn: CivilDate }>`select t.id as "taskId", t.due_on as "dueOn" from sample s
      join task t on t.county_code = s.county_code and t.id = s.task_id and t.closed_at is null
      where s.county_code = ${countyCode} and s.round_id = ${roundId} order by t.id`,
  );
}

/** Rounds of the county by id, a page at a time. */
export async function roundsListed(
  tx: Tx,
  countyCode: string,
  after: string | undefined,
  limit: number,
): Promise<RoundListed[]> {
  return rows(
    tx,
    sql<RoundListed>`select r.id, r.campaign_id as "campaignId", r.area_code as "areaCode", r.seed_hash as "seedHash",
        r.period_from as "periodFrom", r.period_to as "periodTo",
        (select g.stage from round_stage g where g.county_code = r.county_code and g.round_id = r.id order by g.seq desc limit 1) as stage
      from round r where r.county_code = ${countyCode} and (${after ?? null}::uuid is null or r.id > ${after ?? null}::uuid)
      order by r.id limit ${limit}`,
  );
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
