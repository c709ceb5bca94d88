// src/tasks/store/help.ts: calls for help as rows: asked, listed while they are open, answered.
import type { Instant } from '../../platform/civil.ts';
import { maybeRow, oneRow, rows, sql, type Tx } from '../../platform/db.ts';

export interface NewCall {
  readonly taskId: string | null;
  readonly areaCode: string;
  readonly accountId: string;
  readonly text: string;
  readonly urgent: boolean;
}

export async function insertHelp(tx: Tx, countyCode: string, call: NewCall, asOf: Instant): Promise<string> {
  const { id } = await oneRow(
    tx,
    sql<{ id: string }>`insert into help_request (county_code, task_id, area_code, account_id, text, urgent, at)
      values (${countyCode}, ${call.taskId}, ${call.areaCode}, ${call.accountId}, ${call.text}, ${call.urgent}, ${asOf}) returning id`,
  );
  return id;
}

/** @returns who asked, where; null when there is no such call or it has been answered. */
export async function answerHelp(
  tx: Tx,
  countyCode: string,
  id: string,
  { accountId, text }: { readonly accountId: string; readonly text: string | null },
  asOf: Instant,
): Promise<{ accountId: string; areaCode: string } | null> {
  return maybeRow(
    tx,
    sql<{ accountId: string; areaCode: string }>`
      update help_request set answered_at = ${asOf}, answered_by = ${accountId}, answer = ${text}
      where county_code = ${countyCode} and id = ${id} and answered_at is null
      returning account_id as "accountId", area_code as "areaCode"`,
  );
}

export interface HelpListed {
  readonly id: string;
  readonly areaCode: string;
  readonly taskId: string | null;
  readonly accountId: string;
  readonly accountName: string;
  readonly text: string;
  readonly urgent: boolean;
  readonly at: Instant;
}

/** Calls of an area and below that nobody has answered and the reader may see, the longest waiting first, after (`at`, `id`). */
export async function openHelp(
  tx: Tx,
  countyCode: string,
  areaCode: string,
  after: readonly [Instant, string] | null,
  limit: number,
): Promise<HelpListed[]> {
  const [at, id] = after ?? [null, null];
  return rows(
    tx,
    sql<HelpListed>`select h.id, h.area_code as "areaCode", h.task_id as "taskId", h.account_id as "accountId", a.name as "accountName",
        h.text, h.urgent, h.at
      from help_request h join account a on a.county_code = h.county_code and a.id = h.account_id
      where h.county_code = ${countyCode} and h.answered_at is null and starts_with(h.area_code, ${areaCode})
        and (${at}::timestamptz is null or (h.at, h.id) > (${at}::timestamptz, ${id}::uuid))
      order by h.at, h.id limit ${limit}`,
  );
}

/** A call as a digest names it: where and since when. */
export interface CallStanding {
  readonly id: string;
  readonly areaCode: string;
  readonly areaName: string;
  readonly at: Instant;
}

/** Those of these calls that nobody has answered. */
export async function unanswered(
  tx: Tx,
  countyCode: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CallStanding>> {
  if (ids.length === 0) return new Map();
  const found = await rows(
    tx,
    sql<CallStanding>`select h.id, h.area_code as "areaCode", coalesce(town.name, '') || area.name as "areaName", h.at
      from help_request h join division area on area.county_code = h.county_code and area.code = h.area_code
      left join division town on town.county_code = area.county_code and town.code = area.parent_code and town.level = 'town'
      where h.county_code = ${countyCode} and h.id = any(${[...ids]}::uuid[]) and h.answered_at is null`,
  );
  return new Map(found.map((call) => [call.id, call]));
}
