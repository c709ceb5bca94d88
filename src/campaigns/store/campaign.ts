// src/campaigns/store/campaign.ts: a campaign, its stages, approvals, duties, goals and waivers, as rows.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { maybeRow, oneRow, rows, sql, type Tx, written } from '../../platform/db.ts';
import { workflowIds } from '../../platform/wake.ts';
import type { Waiver } from '../rules/readiness.ts';
import type { Stage } from '../rules/stages.ts';
import type { Definition } from '../schema.ts';

export interface CampaignRow {
  readonly id: string;
  readonly key: string;
  readonly revision: number;
  readonly name: string;
  readonly windowFrom: CivilDate;
  /** Moved by an extension. */
  readonly windowTo: CivilDate;
  /** The end that the bureaus signed last. */
  readonly signedTo: CivilDate;
  /** An end that waits for the bureaus' signatures. */
  readonly askedTo: CivilDate | null;
  readonly askedReason: string | null;
  /** Under which the bureaus sign it; it only grows, so a signature never stands for another end. */
  readonly askedRevision: number | null;
  readonly noticeNo: string;
  readonly noticeOn: CivilDate;
  readonly definition: Definition;
  readonly createdBy: string;
  readonly stage: Stage;
  readonly seq: number;
  readonly stageAt: Instant;
  readonly launchedAt: Instant | null;
}

const columns = sql`c.id, c.key, c.revision, c.name, c.window_from as "windowFrom", c.window_to as "windowTo",
  coalesce(c.signed_to, (c.definition #>> '{window,to}')::date) as "signedTo", c.asked_to as "askedTo", c.asked_reason as "askedReason",
  c.asked_revision as "askedRevision", c.notice_no as "noticeNo",
  c.notice_on as "noticeOn", c.definition, c.created_by as "createdBy", s.stage, s.seq, s.at as "stageAt",
  (select min(l.at) from campaign_stage l where l.county_code = c.county_code and l.campaign_id = c.id and l.stage = 'running') as "launchedAt"`;
const withStage = sql`campaign c join lateral (select stage, seq, at from campaign_stage s
  where s.county_code = c.county_code and s.campaign_id = c.id order by seq desc limit 1) s on true`;

export async function campaignOf(tx: Tx, countyCode: string, id: string): Promise<CampaignRow | null> {
  return maybeRow(
    tx,
    sql<CampaignRow>`select ${columns} from ${withStage} where c.county_code = ${countyCode} and c.id = ${id}`,
  );
}

export async function campaignByKey(tx: Tx, countyCode: string, key: string): Promise<CampaignRow | null> {
  return maybeRow(
    tx,
    sql<CampaignRow>`select ${columns} from ${withStage} where c.county_code = ${countyCode} and c.key = ${key}`,
  );
}

export interface CampaignWindow {
  readonly from: CivilDate;
  readonly to: CivilDate;
  readonly areas: readonly string[];
}

/** When a campaign runs and where, or null when there is none. */
export async function windowOf(tx: Tx, countyCode: string, campaignId: string): Promise<CampaignWindow | null> {
  return maybeRow(
    tx,
    sql<CampaignWindow>`select window_from as "from", window_to as "to", coalesce(definition->'areas', jsonb_build_array(county_code)) as areas
      from campaign where county_code = ${countyCode} and id = ${campaignId}`,
  );
}

/** Campaigns by key, after the key `after`. */
export async function campaignsOf(tx: Tx, countyCode: string, after: string, limit: number): Promise<CampaignRow[]> {
  return rows(
    tx,
    sql<CampaignRow>`select ${columns} from ${withStage}
      where c.county_code = ${countyCode} and c.key > ${after} order by c.key limit ${limit}`,
  );
}

/** Locks a campaign until the transaction ends: always before its tasks. What is read afterwards is what stands. */
export async function lockCampaign(tx: Tx, countyCode: string, id: string): Promise<CampaignRow | null> {
  await sql`select from campaign where county_code = ${countyCode} and id = ${id} for no key update`.execute(tx);
  return campaignOf(tx, countyCode, id);
}

/** @returns its id, or null where the key is taken. */
export async function insertCampaign(
  tx: Tx,
  countyCode: string,
  definition: Definition,
  accountId: string,
  asOf: Instant,
): Promise<string | null> {
  const made = await maybeRow(
    tx,
    sql<{ id: string }>`
      insert into campaign (county_code, key, name, window_from, window_to, notice_no, notice_on, definition, created_by, created_at)
      values (${countyCode}, ${definition.key}, ${definition.name}, ${definition.window.from}, ${definition.window.to}, ${definition.notice.no},
        ${definition.notice.on}, ${JSON.stringify(definition)}, ${accountId}, ${asOf})
      on conflict (county_code, key) do nothing returning id`,
  );
  return made?.id ?? null;
}

/** The next revision of a draft: approvals of the one before no longer count. */
export async function reviseCampaignRow(tx: Tx, countyCode: string, id: string, definition: Definition): Promise<void> {
  await sql`update campaign set revision = revision + 1, name = ${definition.name}, window_from = ${definition.window.from},
      window_to = ${definition.window.to}, notice_no = ${definition.notice.no}, notice_on = ${definition.notice.on},
      definition = ${JSON.stringify(definition)}
    where county_code = ${countyCode} and id = ${id}`.execute(tx);
}

export async function moveWindow(tx: Tx, countyCode: string, id: string, to: CivilDate): Promise<void> {
  await sql`update campaign set window_to = ${to} where county_code = ${countyCode} and id = ${id}`.execute(tx);
}

/** Lays another end before the bureaus, under a revision of its own; what was asked before is forgotten. */
export async function askExtension(
  tx: Tx,
  countyCode: string,
  id: string,
  to: CivilDate,
  reason: string,
): Promise<void> {
  await sql`update campaign set asked_to = ${to}, asked_reason = ${reason}, asked_revision = greatest(revision, coalesce(asked_revision, 0)) + 1
    where county_code = ${countyCode} and id = ${id}`.execute(tx);
}

/** Nothing is asked of the bureaus any more. */
export async function withdrawExtension(tx: Tx, countyCode: string, id: string): Promise<void> {
  await sql`update campaign set asked_to = null, asked_reason = null where county_code = ${countyCode} and id = ${id}`.execute(
    tx,
  );
}

/** What was asked is signed: the campaign stands at that revision. */
export async function signExtension(tx: Tx, countyCode: string, id: string): Promise<void> {
  await sql`update campaign set revision = asked_revision, signed_to = asked_to, asked_to = null, asked_reason = null
    where county_code = ${countyCode} and id = ${id} and asked_to is not null`.execute(tx);
}

/** The latest end that stood before an extension and is not after `to`: what a shorter end falls back to. */
export async function endBefore(tx: Tx, countyCode: string, id: string, to: CivilDate): Promise<CivilDate | null> {
  const { day } = await oneRow(
    tx,
    sql<{ day: CivilDate | null }>`select max((detail #>> '{extended,from}')::date) as day from campaign_stage
      where county_code = ${countyCode} and campaign_id = ${id} and detail #>> '{extended,to}' > detail #>> '{extended,from}'
        and (detail #>> '{extended,from}')::date <= ${to}`,
  );
  return day;
}

/** How many of its tasks ended, and how many records were made for them, after a day. */
export async function doneAfter(tx: Tx, countyCode: string, id: string, day: CivilDate): Promise<number> {
  const { count } = await oneRow(
    tx,
    sql<{
      count: number;
    }>`select (select count(*) from task t where t.county_code = ${countyCode} and t.campaign_id = ${id} and t.closed_on > ${day})
      + (select count(*) from record r join task t on t.county_code = r.county_code and t.id = r.task_id
        where t.county_code = ${countyCode} and t.campaign_id = ${id} and (r.occurred_at at time zone 'Asia/Shanghai')::date > ${day}) as count`,
  );
  return count;
}

/** Moves the dates of these goals. */
export async function moveGoals(
  tx: Tx,
  countyCode: string,
  id: string,
  keys: readonly string[],
  to: CivilDate,
): Promise<void> {
  await sql`update goal set by_on = ${to} where county_code = ${countyCode} and campaign_id = ${id} and key = any(${[...keys]}::text[])`.execute(
    tx,
  );
}

export interface NewStage {
  readonly stage: Stage;
  readonly accountId: string | null;
  readonly reason?: string | null;
  readonly detail?: Readonly<Record<string, unknown>> | null;
}

/** Compare-and-set: the stage after `seq`. @returns false where somebody was faster. */
export async function insertStage(
  tx: Tx,
  countyCode: string,
  id: string,
  seq: number,
  { stage, accountId, reason, detail }: NewStage,
  asOf: Instant,
): Promise<boolean> {
  return (
    (await written(
      tx,
      sql`insert into campaign_stage (county_code, campaign_id, seq, stage, at, by_account, reason, detail)
        values (${countyCode}, ${id}, ${seq + 1}, ${stage}, ${asOf}, ${accountId}, ${reason ?? null}, ${detail ? JSON.stringify(detail) : null})
        on conflict do nothing`,
    )) === 1
  );
}

export interface StageRow {
  readonly seq: number;
  readonly stage: Stage;
  readonly at: Instant;
  readonly reason: string | null;
  readonly detail: Readonly<Record<string, unknown>> | null;
}

export async function stagesOf(tx: Tx, countyCode: string, id: string): Promise<StageRow[]> {
  return rows(
    tx,
    sql<StageRow>`select seq, stage, at, reason, detail from campaign_stage
      where county_code = ${countyCode} and campaign_id = ${id} order by seq`,
  );
}

/** The bureaus an account speaks for on a day. */
export async function bureausOf(tx: Tx, countyCode: string, accountId: string, day: CivilDate): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{
      bureau: string;
    }>`select distinct bureau from role_grant where county_code = ${countyCode} and account_id = ${accountId}
      and role = 'bureau' and daterange(from_on, to_on, '[]') @> ${day}::date order by bureau`,
  );
  return found.map(({ bureau }) => bureau);
}

/** @returns false where the bureau has approved this revision already. */
export async function insertApproval(
  tx: Tx,
  countyCode: string,
  id: string,
  revision: number,
  bureau: string,
  accountId: string,
  asOf: Instant,
): Promise<boolean> {
  return (
    (await written(
      tx,
      sql`insert into approval (county_code, campaign_id, revision, bureau, account_id, at)
        values (${countyCode}, ${id}, ${revision}, ${bureau}, ${accountId}, ${asOf}) on conflict do nothing`,
    )) === 1
  );
}

/** The bureaus that have signed a revision. */
export async function approvalsOf(tx: Tx, countyCode: string, id: string, revision: number): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ bureau: string }>`select bureau from approval
      where county_code = ${countyCode} and campaign_id = ${id} and revision = ${revision} order by bureau`,
  );
  return found.map(({ bureau }) => bureau);
}

/** Duties and goals as they were approved: from here on they are rows, and never change. */
export async function insertDutiesAndGoals(
  tx: Tx,
  countyCode: string,
  id: string,
  definition: Definition,
): Promise<void> {
  await sql`insert into duty (county_code, campaign_id, key, clause, title, subject, mode, selects, side, record, due, grace, preparation)
    select ${countyCode}, ${id}::uuid, n.key, n.clause, n.title, n.subject, n.mode, n."select", n.side, n.record, n.due, n.grace, n.preparation
    from jsonb_to_recordset(${JSON.stringify(definition.duties)}::jsonb) as n(key text, clause text, title text, subject text, mode text,
      "select" jsonb, side text, record text, due jsonb, grace integer, preparation boolean)
    on conflict do nothing`.execute(tx);
  await sql`insert into goal (county_code, campaign_id, key, clause, title, counted, numerator, denominator, at_least, by_on)
    select ${countyCode}, ${id}::uuid, n.key, n.clause, n.title, n."of", n.numerator, n.denominator, n."atLeast", n."by"
    from jsonb_to_recordset(${JSON.stringify(definition.goals)}::jsonb) as n(key text, clause text, title text, "of" text, numerator text,
      denominator text, "atLeast" numeric, "by" date)
    on conflict do nothing`.execute(tx);
}

export async function insertWaiver(
  tx: Tx,
  countyCode: string,
  id: string,
  { check, subject, reason }: Waiver,
  ownerId: string | null,
  accountId: string,
  asOf: Instant,
): Promise<boolean> {
  return (
    (await written(
      tx,
      sql`insert into waiver (county_code, campaign_id, check_code, subject, reason, owner_id, account_id, at)
        values (${countyCode}, ${id}, ${check}, ${subject}, ${reason}, ${ownerId}, ${accountId}, ${asOf}) on conflict do nothing`,
    )) === 1
  );
}

export async function waiversOf(tx: Tx, countyCode: string, id: string): Promise<Waiver[]> {
  return rows(
    tx,
    sql<Waiver>`select check_code as "check", subject, reason from waiver
      where county_code = ${countyCode} and campaign_id = ${id} order by check_code, subject`,
  );
}

/** Codes of `areas` that are no division of the county. */
export async function unknownAreas(tx: Tx, countyCode: string, areas: readonly string[]): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ code: string }>`select a.code from unnest(${[...areas]}::text[]) as a(code)
      where not exists (select from division d where d.county_code = ${countyCode} and d.code = a.code and d.merged_into is null)`,
  );
  return found.map(({ code }) => code);
}

/** How many days from `from` to `to` the county's calendar has. */
export async function daysLoaded(tx: Tx, countyCode: string, from: CivilDate, to: CivilDate): Promise<number> {
  const { count } = await oneRow(
    tx,
    sql<{
      count: number;
    }>`select count(*) from calendar_day where county_code = ${countyCode} and day between ${from} and ${to}`,
  );
  return count;
}

/** The county's working days from `from` to `to`. */
export async function workdaysOf(tx: Tx, countyCode: string, from: CivilDate, to: CivilDate): Promise<CivilDate[]> {
  const found = await rows(
    tx,
    sql<{ day: CivilDate }>`select day from calendar_day
      where county_code = ${countyCode} and workday and day between ${from} and ${to} order by day`,
  );
  return found.map(({ day }) => day);
}

/** The agendas that mind a campaign's tasks: its villages, their towns and the county. */
export async function agendasOf(tx: Tx, countyCode: string, areas: readonly string[]): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ area: string }>`select distinct left(v.code, n.digits) as area
      from division v cross join (values (6), (9), (12)) as n(digits)
      where v.county_code = ${countyCode} and v.level = 'village' and v.merged_into is null
        and exists (select from unnest(${[...areas]}::text[]) as a(code) where starts_with(v.code, a.code))`,
  );
  return found.map(({ area }) => workflowIds.agenda(area));
}

/** Holds the whole campaign. It needs no second approver: those who may pause a drive answer for it. */
export async function holdCampaign(
  tx: Tx,
  countyCode: string,
  id: string,
  from: CivilDate,
  to: CivilDate,
  reason: string,
  accountId: string,
  asOf: Instant,
): Promise<void> {
  await sql`insert into hold (county_code, area_code, campaign_id, from_on, to_on, reason, requested_by, requested_at, approved_at)
    values (${countyCode}, ${countyCode}, ${id}, ${from}, ${to}, ${reason}, ${accountId}, ${asOf}, ${asOf})`.execute(
    tx,
  );
}

/** Lifts the campaign's hold from `day` on. */
export async function liftHold(tx: Tx, countyCode: string, id: string, day: CivilDate, asOf: Instant): Promise<void> {
  await sql`update hold set lifted_at = ${asOf}, lifted_on = ${day}
    where county_code = ${countyCode} and campaign_id = ${id} and lifted_at is null and to_on >= ${day}`.execute(tx);
}

/** Between these two nothing routine about the campaign is sent. */
export async function quietHoursOf(
  tx: Tx,
  countyCode: string,
  id: string,
): Promise<Definition['quietHours'] | undefined> {
  const found = await maybeRow(
    tx,
    sql<{ quiet: Definition['quietHours'] | null }>`select definition -> 'quietHours' as quiet from campaign
      where county_code = ${countyCode} and id = ${id}`,
  );
  return found?.quiet ?? undefined;
}
