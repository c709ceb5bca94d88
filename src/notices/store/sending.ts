// src/notices/store/sending.ts: what a courier takes, and how every attempt to deliver it ended.
import type { CivilDate, Instant, TimeOfDay } from '../../platform/civil.ts';
import { rows, sql, type Tx, written } from '../../platform/db.ts';
import type { Locale } from '../../platform/locale.ts';
import type { QuietHours } from '../rules.ts';
import type { NoticeKind } from '../store.ts';

export interface ClaimedNotice {
  readonly id: string;
  readonly kind: NoticeKind;
  readonly accountId: string;
  readonly urgent: boolean;
  readonly params: Readonly<Record<string, unknown>>;
  readonly usefulUntil: Instant | null;
  /** The number of the attempt to come, from 1. */
  readonly attempt: number;
  readonly email: string | null;
  readonly disabled: boolean;
  readonly locale: Locale;
  readonly quiet: QuietHours;
  /** Of a digest that waits for its areas: when it leaves at the latest. */
  readonly waitsUntil: Instant | null;
}

const quietHours = sql`jsonb_build_object('from', to_char(n.quiet_from, 'HH24:MI'), 'to', to_char(n.quiet_to, 'HH24:MI')) as quiet`;

/** Locks a page of what may leave now, urgent first; what waits through its quiet hours or is held by another courier is passed over. */
export async function lockDue(
  tx: Tx,
  countyCode: string,
  channel: string,
  time: TimeOfDay,
  limit: number,
  asOf: Instant,
): Promise<ClaimedNotice[]> {
  return rows(
    tx,
    sql<ClaimedNotice>`
      select n.id, n.kind, n.account_id as "accountId", n.urgent, n.params, n.useful_until as "usefulUntil", n.attempt + 1 as attempt,
        a.email, a.disabled_at is not null as disabled, a.locale, ${quietHours}, n.waits_until as "waitsUntil"
      from notice n join account a on a.county_code = n.county_code and a.id = n.account_id
      where n.county_code = ${countyCode} and n.channel = ${channel} and n.state = 'due' and n.available_at <= ${asOf}
        and (n.urgent or not case when n.quiet_from > n.quiet_to then ${time}::time >= n.quiet_from or ${time}::time < n.quiet_to
          else ${time}::time >= n.quiet_from and ${time}::time < n.quiet_to end)
      order by n.urgent desc, n.available_at, n.id limit ${limit} for update of n skip locked`,
  );
}

/** Of these people, who was sent a digest since `since` (or may have been, or is being sent one). */
export async function hadDigest(
  tx: Tx,
  countyCode: string,
  accountIds: readonly string[],
  since: Instant,
): Promise<ReadonlySet<string>> {
  const found = await rows(
    tx,
    sql<{ accountId: string }>`
      select distinct n.account_id as "accountId" from notice n
      join delivery d on d.county_code = n.county_code and d.notice_id = n.id
      where n.county_code = ${countyCode} and n.account_id = any(${[...accountIds]}::uuid[]) and n.kind = 'digest'
        and d.started_at >= ${since} and coalesce(d.outcome, 'unknown') in ('sent', 'unknown')`,
  );
  return new Set(found.map(({ accountId }) => accountId));
}

/** Of these people, whoever may be told something by one of these areas on a day: by a post there or above, held or stood in for. */
export async function hearFrom(
  tx: Tx,
  countyCode: string,
  accountIds: readonly string[],
  areas: readonly string[],
  day: CivilDate,
): Promise<ReadonlySet<string>> {
  const found = await rows(
    tx,
    sql<{ accountId: string }>`
      with post as (
        select account_id, area_code from role_grant where county_code = ${countyCode} and daterange(from_on, to_on, '[]') @> ${day}::date
        union all
        select account_id, area_code from team_member where county_code = ${countyCode} and daterange(from_on, to_on, '[]') @> ${day}::date)
      select distinct r.account_id as "accountId" from reached(${countyCode}, ${day}::date) r join post on post.account_id = r.holder_id
      where r.account_id = any(${[...accountIds]}::uuid[])
        and exists (select from unnest(${[...areas]}::text[]) as a(code) where starts_with(a.code, post.area_code))`,
  );
  return new Set(found.map(({ accountId }) => accountId));
}

/** Quiet hours of the campaigns that are not over. */
export async function campaignQuiet(tx: Tx, countyCode: string): Promise<{ id: string; quiet: QuietHours }[]> {
  return rows(
    tx,
    sql<{ id: string; quiet: QuietHours }>`select c.id, c.definition -> 'quietHours' as quiet from campaign c
      where c.county_code = ${countyCode} and c.definition ? 'quietHours' and not exists (select from campaign_stage s
        where s.county_code = c.county_code and s.campaign_id = c.id and s.stage in ('closed', 'cancelled'))`,
  );
}

/** Of these people, whose next digest would speak of one of these campaigns, and of which. */
export async function spokenToOf(
  tx: Tx,
  countyCode: string,
  accountIds: readonly string[],
  campaignIds: readonly string[],
): Promise<{ accountId: string; campaignId: string }[]> {
  return rows(
    tx,
    sql<{ accountId: string; campaignId: string }>`
      select distinct l.account_id as "accountId", t.campaign_id as "campaignId" from notice_line l
      join task t on t.county_code = l.county_code and t.closed_at is null and t.released_at is null
        and case l.kind when 'owed' then t.area_code = l.area_code else t.id = l.task_id end
      where l.county_code = ${countyCode} and l.account_id = any(${[...accountIds]}::uuid[]) and l.notice_id is null
        and t.campaign_id = any(${[...campaignIds]}::uuid[])`,
  );
}

/** Lets a digest wait for the areas it may hear from: it is looked at again at `next`, and leaves at `atLatest` anyhow. */
export async function letWait(
  tx: Tx,
  countyCode: string,
  ids: readonly string[],
  next: Instant,
  atLatest: Instant,
): Promise<void> {
  if (ids.length === 0) return;
  await sql`update notice set available_at = ${next}, waits_until = coalesce(waits_until, ${atLatest}::timestamptz)
    where county_code = ${countyCode} and id = any(${[...ids]}::uuid[])`.execute(tx);
}

/** Moves these on to a later moment, as they are. */
export async function putOff(tx: Tx, countyCode: string, ids: readonly string[], until: Instant): Promise<void> {
  if (ids.length === 0) return;
  await sql`update notice set available_at = ${until} where county_code = ${countyCode} and id = any(${[...ids]}::uuid[])`.execute(
    tx,
  );
}

/** Begins an attempt for each: they are ours until `leaseUntil`. */
export async function beginAttempts(
  tx: Tx,
  countyCode: string,
  ids: readonly string[],
  leaseUntil: Instant,
  asOf: Instant,
): Promise<void> {
  if (ids.length === 0) return;
  await sql`
    with taken as (
      update notice set state = 'sending', attempt = attempt + 1, lease_until = ${leaseUntil}
      where county_code = ${countyCode} and id = any(${[...ids]}::uuid[]) and state = 'due' returning id, attempt)
    insert into delivery (county_code, notice_id, attempt, started_at) select ${countyCode}, id, attempt, ${asOf}::timestamptz from taken`.execute(
    tx,
  );
}

/** Ends notices that were never to be sent: overtaken, or dead before an attempt. */
export async function endUnsent(
  tx: Tx,
  countyCode: string,
  ids: readonly string[],
  state: 'overtaken' | 'dead',
  asOf: Instant,
): Promise<void> {
  if (ids.length === 0) return;
  await sql`update notice set state = ${state}, ended_at = ${asOf}
    where county_code = ${countyCode} and id = any(${[...ids]}::uuid[]) and state = 'due'`.execute(tx);
}

export interface Settlement {
  readonly id: string;
  readonly attempt: number;
  readonly state: 'due' | 'unknown' | 'dead';
  readonly outcome: 'unknown' | 'temporary' | 'permanent' | 'released';
  readonly code: string | null;
  /** When it may leave again; with `due` only. */
  readonly availableAt: Instant | null;
  /** The next mail says that it may be a repeat. */
  readonly repeat: boolean;
}

/** Writes how an attempt ended that was not taken for certain, if it is still ours. @returns false when its lease ran out and somebody else has decided. */
export async function settleAttempt(tx: Tx, countyCode: string, end: Settlement, asOf: Instant): Promise<boolean> {
  const count = await written(
    tx,
    sql`
      with mine as (
        update notice set state = ${end.state}, lease_until = null,
          available_at = coalesce(${end.availableAt}::timestamptz, available_at),
          params = case when ${end.repeat} then params || '{"repeat": true}' else params end,
          ended_at = case when ${end.state} = 'due' then null else ${asOf}::timestamptz end
        where county_code = ${countyCode} and id = ${end.id} and state = 'sending' and attempt = ${end.attempt} returning id)
      update delivery d set ended_at = ${asOf}, outcome = ${end.outcome}, code = ${end.code} from mine
      where d.county_code = ${countyCode} and d.notice_id = mine.id and d.attempt = ${end.attempt}`,
  );
  return count === 1;
}

/**
 * Writes that the server has taken these, each if it is still ours. Locked in the order of the people, as the digests of a
 * sweep are, so that the two wait for each other in one direction only.
 */
export async function settleSent(
  tx: Tx,
  countyCode: string,
  taken: readonly { readonly noticeId: string; readonly attempt: number }[],
  asOf: Instant,
): Promise<void> {
  await sql`
    with held as (
      select n.id, n.attempt from jsonb_to_recordset(${JSON.stringify(taken)}::jsonb) as own("noticeId" uuid, attempt int)
      join notice n on n.county_code = ${countyCode} and n.id = own."noticeId" and n.state = 'sending' and n.attempt = own.attempt
      order by n.account_id, n.id for update of n),
    mine as (
      update notice n set state = 'sent', lease_until = null, ended_at = ${asOf}::timestamptz from held
      where n.county_code = ${countyCode} and n.id = held.id returning n.id, n.attempt)
    update delivery d set ended_at = ${asOf}::timestamptz, outcome = 'sent' from mine
    where d.county_code = ${countyCode} and d.notice_id = mine.id and d.attempt = mine.attempt`.execute(tx);
}

/** Temporary refusals of a notice so far. */
export async function refusals(tx: Tx, countyCode: string, noticeId: string): Promise<number> {
  const [found] = await rows(
    tx,
    sql<{ count: number }>`select count(*) as count from delivery
      where county_code = ${countyCode} and notice_id = ${noticeId} and outcome = 'temporary'`,
  );
  return found?.count ?? 0;
}

/** Attempts whose courier has not been heard of since its lease ran out, locked. */
export async function lockExpired(
  tx: Tx,
  countyCode: string,
  channel: string,
  asOf: Instant,
): Promise<{ id: string; attempt: number; urgent: boolean; kind: NoticeKind; accountId: string }[]> {
  return rows(
    tx,
    sql<{ id: string; attempt: number; urgent: boolean; kind: NoticeKind; accountId: string }>`
      select id, attempt, urgent, kind, account_id as "accountId" from notice
      where county_code = ${countyCode} and channel = ${channel} and state = 'sending' and lease_until <= ${asOf}
      order by id for update skip locked`,
  );
}

/** The earliest moments at which a courier has something to do, for each pair of quiet hours that what is due waits through. */
export async function nextMoments(
  tx: Tx,
  countyCode: string,
  channel: string,
): Promise<{ urgent: boolean; quiet: QuietHours; availableAt: Instant | null; leaseUntil: Instant | null }[]> {
  return rows(
    tx,
    sql<{ urgent: boolean; quiet: QuietHours; availableAt: Instant | null; leaseUntil: Instant | null }>`
      select n.urgent, ${quietHours}, min(n.available_at) filter (where n.state = 'due') as "availableAt",
        min(n.lease_until) filter (where n.state = 'sending') as "leaseUntil"
      from notice n where n.county_code = ${countyCode} and n.channel = ${channel} and n.state in ('due', 'sending')
      group by n.urgent, n.quiet_from, n.quiet_to`,
  );
}

/** Whether a task about an undeliverable mail to this person is already open. */
export async function hasOpenDeadLetter(tx: Tx, countyCode: string, accountId: string): Promise<boolean> {
  const found = await rows(
    tx,
    sql<{
      id: string;
    }>`select t.id from task t join notice n on n.county_code = t.county_code and n.id::text = t.subject_id
      where t.county_code = ${countyCode} and t.area_code = ${countyCode} and t.subject = 'notice' and t.closed_at is null
        and n.account_id = ${accountId} limit 1`,
  );
  return found.length > 0;
}
