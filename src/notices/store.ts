// src/notices/store.ts: envelopes, the lines they take, and every attempt to deliver them.
import type { Instant } from '../platform/civil.ts';
import { rows, sql, type Tx, written } from '../platform/db.ts';
import type { Locale } from '../platform/locale.ts';

export type NoticeKind = 'digest' | 'urgent' | 'clinic' | 'campaign';
export type NoticeState = 'due' | 'sending' | 'sent' | 'unknown' | 'dead' | 'overtaken';

/** A notice of its own: an alarm, a clinic's announcement, a campaign's stage. Digests are made by `ensureEnvelopes`. */
export interface NewNotice {
  /** Two runs of whatever writes it give one row: `urg/{referral}/{step}`. */
  readonly key: string;
  readonly kind: Exclude<NoticeKind, 'digest'>;
  readonly accountId: string;
  /** Leaves at any hour, again until it is known to have left. */
  readonly urgent: boolean;
  readonly subjectId: string | null;
  /** `words`: the locale key whose `.subject` and `.body` are sent; `path`: where the link leads; codes and instants besides. */
  readonly params: Readonly<Record<string, string | number>> & { readonly words: string };
  readonly availableAt: Instant;
  readonly usefulUntil?: Instant | null;
}

/** Writes the notices whose keys are new. @returns the ids of those written. Wake the courier after it. */
export async function insertNotices(
  tx: Tx,
  countyCode: string,
  notices: readonly NewNotice[],
  asOf: Instant,
): Promise<string[]> {
  if (notices.length === 0) return [];
  const made = await rows(
    tx,
    sql<{ id: string }>`
      insert into notice (county_code, key, kind, account_id, channel, urgent, subject_id, params, available_at, useful_until, created_at)
      select ${countyCode}, n.key, n.kind, n."accountId", 'email', n.urgent, n."subjectId", n.params, n."availableAt", n."usefulUntil", ${asOf}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(notices)}::jsonb) as n(key text, kind text, "accountId" uuid, urgent boolean, "subjectId" text,
        params jsonb, "availableAt" timestamptz, "usefulUntil" timestamptz)
      order by n.key
      on conflict (county_code, key) do nothing returning id`,
  );
  return made.map(({ id }) => id);
}

/** One person's envelope of one day. */
export interface Envelope {
  readonly key: string;
  readonly accountId: string;
}

const COMMITS_WITHIN = '10 minutes'; // a sweep is tried for five with one `asOf`, and a transaction ends within five

/**
 * Makes the envelopes that are missing and locks those that are there, so that none leaves before this transaction's
 * lines can be seen. @returns whose envelope is still to leave (the others' has been taken), and whether the courier looks
 * by then anyhow, at a notice that leaves no later than these; where it does not, wake it.
 */
export async function ensureEnvelopes(
  tx: Tx,
  countyCode: string,
  envelopes: readonly Envelope[],
  availableAt: Instant,
  again: boolean,
  asOf: Instant,
): Promise<{ readonly accountIds: string[]; readonly awaited: boolean }> {
  const found = await rows(
    tx,
    sql<{ accountId: string; awaited: boolean }>`
      with awaited as materialized (select exists (select from notice where county_code = ${countyCode} and channel = 'email' and state = 'due'
        and available_at > ${asOf}::timestamptz + ${COMMITS_WITHIN}::interval and available_at <= ${availableAt}::timestamptz) as yes)
      insert into notice (county_code, key, kind, account_id, channel, params, available_at, created_at)
      select ${countyCode}, e.key, 'digest', e."accountId", 'email', ${again ? '{"again": true}' : '{}'}::jsonb, ${availableAt}::timestamptz, ${asOf}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(envelopes)}::jsonb) as e(key text, "accountId" uuid) order by e."accountId"
      on conflict (county_code, key) do update set params = notice.params || excluded.params where notice.state = 'due'
      returning account_id as "accountId", (select yes from awaited) as awaited`,
  );
  return { accountIds: found.map(({ accountId }) => accountId), awaited: found.every(({ awaited }) => awaited) };
}

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
}

/** Locks a page of what may leave now, urgent first; what another courier holds is passed over. */
export async function lockDue(
  tx: Tx,
  countyCode: string,
  channel: string,
  urgentOnly: boolean,
  limit: number,
  asOf: Instant,
): Promise<ClaimedNotice[]> {
  return rows(
    tx,
    sql<ClaimedNotice>`
      select n.id, n.kind, n.account_id as "accountId", n.urgent, n.params, n.useful_until as "usefulUntil", n.attempt + 1 as attempt,
        a.email, a.disabled_at is not null as disabled, a.locale
      from notice n join account a on a.county_code = n.county_code and a.id = n.account_id
      where n.county_code = ${countyCode} and n.channel = ${channel} and n.state = 'due' and n.available_at <= ${asOf}
        and (n.urgent or not ${urgentOnly})
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

/** Moves these on to a later moment, as they are. */
export async function putOff(tx: Tx, countyCode: string, ids: readonly string[], until: Instant): Promise<void> {
  if (ids.length === 0) return;
  await sql`update notice set available_at = ${until} where county_code = ${countyCode} and id = any(${[...ids]}::uuid[])`.execute(
    tx,
  );
}

export interface Line {
  readonly id: string;
  readonly noticeId: string;
  readonly kind: 'opens' | 'due' | 'climb';
  readonly taskId: string;
  readonly cycle: number;
  readonly level: number | null;
}

/** Puts every untaken line of a person into her envelope; of two envelopes of one person, the first named takes them. */
export async function attachLines(tx: Tx, countyCode: string, noticeIds: readonly string[]): Promise<Line[]> {
  if (noticeIds.length === 0) return [];
  return rows(
    tx,
    sql<Line>`
      with envelope as (
        select distinct on (n.account_id) n.id, n.account_id
        from unnest(${[...noticeIds]}::uuid[]) with ordinality as named(id, place) join notice n on n.county_code = ${countyCode} and n.id = named.id
        order by n.account_id, named.place)
      update notice_line l set notice_id = e.id, fate = 'told' from envelope e
      where l.county_code = ${countyCode} and l.account_id = e.account_id and l.notice_id is null
      returning l.id, l.notice_id as "noticeId", l.kind, l.task_id as "taskId", l.cycle, l.level`,
  );
}

/** Lines whose task has been done, moved or held since: they stay with their envelope, unsaid. */
export async function overtakeLines(tx: Tx, countyCode: string, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await sql`update notice_line set fate = 'overtaken' where county_code = ${countyCode} and id = any(${[...ids]}::uuid[])`.execute(
    tx,
  );
}

/** What these people were told of before and what is still so: the same cycle of a task still open, with the level it stands on now. */
export async function toldBefore(
  tx: Tx,
  countyCode: string,
  accountIds: readonly string[],
  but: readonly string[],
): Promise<{ accountId: string; taskId: string; level: number }[]> {
  return rows(
    tx,
    sql<{ accountId: string; taskId: string; level: number }>`
      select l.account_id as "accountId", l.task_id as "taskId",
        (select max(e.level) from escalation e where e.county_code = ${countyCode} and e.task_id = l.task_id and e.cycle = l.cycle) as level
      from notice_line l join task t on t.county_code = l.county_code and t.id = l.task_id and t.closed_at is null and t.cycle = l.cycle
      where l.county_code = ${countyCode} and l.account_id = any(${[...accountIds]}::uuid[]) and l.fate = 'told' and l.kind = 'climb'
        and l.notice_id <> all(${[...but]}::uuid[])
      group by l.account_id, l.task_id, l.cycle`,
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
  readonly state: 'due' | 'sent' | 'unknown' | 'dead';
  readonly outcome: 'sent' | 'unknown' | 'temporary' | 'permanent' | 'released';
  readonly code: string | null;
  /** When it may leave again; with `due` only. */
  readonly availableAt: Instant | null;
  /** The next mail says that it may be a repeat. */
  readonly repeat: boolean;
}

/** Writes how an attempt ended, if it is still ours. @returns false when its lease ran out and somebody else has decided. */
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

/** Takes the lines out of an envelope that did not leave, for whichever envelope leaves next. */
export async function detachLines(tx: Tx, countyCode: string, noticeId: string): Promise<void> {
  await sql`update notice_line set notice_id = null, fate = null
    where county_code = ${countyCode} and notice_id = ${noticeId} and fate = 'told'`.execute(tx);
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

/** The earliest moments at which a courier has something to do. */
export async function nextMoments(
  tx: Tx,
  countyCode: string,
  channel: string,
): Promise<{ urgentAt: Instant | null; routineAt: Instant | null; leaseUntil: Instant | null }> {
  const [found] = await rows(
    tx,
    sql<{ urgentAt: Instant | null; routineAt: Instant | null; leaseUntil: Instant | null }>`
      select min(available_at) filter (where state = 'due' and urgent) as "urgentAt",
        min(available_at) filter (where state = 'due' and not urgent) as "routineAt",
        min(lease_until) filter (where state = 'sending') as "leaseUntil"
      from notice where county_code = ${countyCode} and channel = ${channel} and state in ('due', 'sending')`,
  );
  return found ?? { urgentAt: null, routineAt: null, leaseUntil: null };
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
