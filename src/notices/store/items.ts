// src/notices/store/items.ts: the items of digests: which digest takes them, and what became of them.
import type { CivilDate } from '../../platform/civil.ts';
import { rows, sql, type Tx } from '../../platform/db.ts';
import type { ItemKind } from '../store.ts';

export interface ItemRow {
  readonly id: string;
  readonly noticeId: string;
  readonly kind: ItemKind;
  readonly areaCode: string;
  readonly taskId: string | null;
  readonly cycle: number | null;
  /** The team of `owed`, the call of `help`. */
  readonly subjectId: string | null;
}

/** Puts every untaken item of a person into her digest; of two digests of one person, the first named takes them. */
export async function attachItems(tx: Tx, countyCode: string, noticeIds: readonly string[]): Promise<ItemRow[]> {
  if (noticeIds.length === 0) return [];
  return rows(
    tx,
    sql<ItemRow>`
      with digest as (
        select distinct on (n.account_id) n.id, n.account_id
        from unnest(${[...noticeIds]}::uuid[]) with ordinality as named(id, place) join notice n on n.county_code = ${countyCode} and n.id = named.id
        order by n.account_id, named.place)
      update notice_line l set notice_id = d.id, fate = 'told' from digest d
      where l.county_code is not distinct from ${countyCode} -- so that no index by county is taken: it would read all that waits, for each page
        and l.account_id = d.account_id and l.notice_id is null
        and l.account_id = any(array(select account_id from digest))
      returning l.id, l.notice_id as "noticeId", l.kind, l.area_code as "areaCode", l.task_id as "taskId", l.cycle, l.subject_id as "subjectId"`,
  );
}

/** Items that a visit, a move or a hold has overtaken: they stay with their digest, unsaid. */
export async function overtakeItems(tx: Tx, countyCode: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`update notice_line set fate = 'overtaken' where county_code = ${countyCode} and id = any(${[...ids]}::uuid[])`.execute(
    tx,
  );
}

/** Takes the items out of a digest that did not leave, for whichever leaves next. */
export async function detachItems(tx: Tx, countyCode: string, noticeId: string): Promise<void> {
  await sql`update notice_line set notice_id = null, fate = null
    where county_code = ${countyCode} and notice_id = ${noticeId} and fate = 'told'`.execute(tx);
}

/** What was to be told by these digests was not, or nobody knows. */
export async function untellItems(
  tx: Tx,
  countyCode: string,
  noticeIds: readonly string[],
  fate: 'unknown' | 'undelivered',
): Promise<void> {
  if (noticeIds.length === 0) return;
  await sql`update notice_line set fate = ${fate}
    where county_code = ${countyCode} and notice_id = any(${[...noticeIds]}::uuid[]) and fate = 'told'`.execute(tx);
}

/** Tasks past due that were in a digest of these people before, said or overtaken by something that is over: the same cycle, still open. */
export async function toldBefore(
  tx: Tx,
  countyCode: string,
  accountIds: readonly string[],
  but: readonly string[],
  today: CivilDate,
): Promise<{ accountId: string; taskId: string }[]> {
  return rows(
    tx,
    sql<{ accountId: string; taskId: string }>`
      select distinct l.account_id as "accountId", l.task_id as "taskId"
      from notice_line l join task t on t.county_code = l.county_code and t.id = l.task_id and t.closed_at is null and t.cycle = l.cycle
        and t.due_on < ${today}::date
      where l.county_code = ${countyCode} and l.account_id = any(${[...accountIds]}::uuid[]) and l.notice_id is not null and l.task_id is not null
        and l.kind <> 'confirm' and l.notice_id <> all(${[...but]}::uuid[])`,
  );
}
