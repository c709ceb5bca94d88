// src/referrals/store.ts: referrals, what has become of each, and the alarms that have been raised for it.
import type { Instant } from '../platform/civil.ts';
import { maybeRow, rows, sql, type Tx } from '../platform/db.ts';
import type { AlarmStep, ReferralEventKind, ReferralFacts } from './rules.ts';

export interface NewReferral {
  readonly id: string;
  readonly recordId: string;
  readonly areaCode: string;
  readonly personId: string;
  readonly enrolmentId: string | null;
  readonly kind: 'ordinary' | 'urgent';
  readonly advisedAt: Instant;
}

export interface ReferralRow extends ReferralFacts {
  readonly id: string;
  readonly recordId: string;
  readonly areaCode: string;
  readonly personId: string;
  /** Who has it in hand. */
  readonly ownerId: string | null;
  /** The number of the latest event. */
  readonly seq: number;
  /** The readings that led to it; `standing`: not corrected since, and not a doubled one that waits for review. */
  readonly readings: readonly { readonly recordId: string; readonly standing: boolean }[];
}

const columns = sql`r.id, r.record_id as "recordId", r.area_code as "areaCode", r.person_id as "personId", r.kind, r.advised_at as "advisedAt",
  r.recorded_at as "recordedAt",
  (select coalesce(array_agg(e.kind order by e.seq), '{}') from referral_event e where e.county_code = r.county_code and e.referral_id = r.id) as events,
  (select coalesce(max(e.seq), 0) from referral_event e where e.county_code = r.county_code and e.referral_id = r.id) as seq,
  (select e.account_id from referral_event e where e.county_code = r.county_code and e.referral_id = r.id and e.kind = 'owned'
    order by e.seq desc limit 1) as "ownerId",
  (select coalesce(jsonb_agg(jsonb_build_object('recordId', x.id, 'standing', not exists (select from record c where c.county_code = r.county_code and c.supersedes = x.id)
      and not exists (select from record d where d.county_code = r.county_code and d.id = x.id and d.review_reason in ('second_record', 'same_id_other_body')))), '[]')
    from (select r.record_id as id union select e.record_id from referral_event e where e.county_code = r.county_code and e.referral_id = r.id and e.kind = 'joined') x) as readings`;

/** Advises referrals, each with its first event, in one statement. */
export async function insertReferrals(
  tx: Tx,
  countyCode: string,
  referrals: readonly NewReferral[],
  accountId: string,
  asOf: Instant,
): Promise<void> {
  if (referrals.length === 0) return;
  await sql`
    with advised as (select * from jsonb_to_recordset(${JSON.stringify(referrals)}::jsonb) as n(id uuid, "recordId" uuid, "areaCode" text,
      "personId" uuid, "enrolmentId" uuid, kind text, "advisedAt" timestamptz)),
    made as (
      insert into referral (county_code, id, record_id, area_code, person_id, enrolment_id, kind, advised_at, recorded_at)
      select ${countyCode}, id, "recordId", "areaCode", "personId", "enrolmentId", kind, "advisedAt", ${asOf}::timestamptz from advised)
    insert into referral_event (county_code, referral_id, seq, area_code, kind, occurred_at, recorded_at, account_id)
    select ${countyCode}, id, 1, "areaCode", 'advised', "advisedAt", ${asOf}::timestamptz, ${accountId}::uuid from advised`.execute(
    tx,
  );
}

export async function referralOf(tx: Tx, countyCode: string, id: string): Promise<ReferralRow | null> {
  return maybeRow(
    tx,
    sql<ReferralRow>`select ${columns} from referral r where r.county_code = ${countyCode} and r.id = ${id}`,
  );
}

export interface ReferralEvent {
  readonly kind: ReferralEventKind;
  readonly occurredAt: Instant;
  readonly note: string | null;
}

/** What has become of a referral, in order. */
export async function historyOf(tx: Tx, countyCode: string, id: string): Promise<ReferralEvent[]> {
  return rows(
    tx,
    sql<ReferralEvent>`select kind, occurred_at as "occurredAt", note from referral_event
      where county_code = ${countyCode} and referral_id = ${id} order by seq`,
  );
}

/** Until the transaction ends, nobody else opens or joins an urgent referral of these people. */
export async function lockUrgentOf(tx: Tx, personIds: readonly string[]): Promise<void> {
  if (personIds.length === 0) return;
  await sql`select pg_advisory_xact_lock(hashtextextended('urgent/' || id, 0)) from (select distinct unnest(${[...personIds]}::text[]) as id order by 1) p`.execute(
    tx,
  );
}

/** The referrals that records of these chains have led to or joined, and the open urgent ones of these people. */
export async function referralsOfRecords(
  tx: Tx,
  countyCode: string,
  recordIds: readonly string[],
  urgentOf: readonly string[],
): Promise<ReferralRow[]> {
  if (recordIds.length === 0) return [];
  return rows(
    tx,
    sql<ReferralRow>`select ${columns} from referral r where r.county_code = ${countyCode} and r.id in (
        select id from referral where county_code = ${countyCode} and record_id = any(${[...recordIds]}::uuid[])
        union select referral_id from referral_event where county_code = ${countyCode} and record_id = any(${[...recordIds]}::uuid[])
        union select id from referral where county_code = ${countyCode} and person_id = any(${[...urgentOf]}::uuid[]) and kind = 'urgent' and ended_at is null)
      order by r.recorded_at, r.id`,
  );
}

/** A person's referrals that have not ended. */
export async function openReferralsOf(tx: Tx, countyCode: string, personId: string): Promise<ReferralRow[]> {
  return rows(
    tx,
    sql<ReferralRow>`select ${columns} from referral r where r.county_code = ${countyCode} and r.person_id = ${personId}
        and not exists (select from referral_event e where e.county_code = r.county_code and e.referral_id = r.id and e.kind in ('outcome', 'stood_down'))
      order by r.advised_at`,
  );
}

export interface NewEvent {
  readonly referralId: string;
  readonly areaCode: string;
  readonly kind: ReferralEventKind;
  readonly occurredAt: Instant;
  readonly accountId: string | null;
  readonly note: string | null;
  /** The reading, with `joined`. */
  readonly recordId?: string;
}

/** Writes an event after whichever is the latest, unless the referral has ended or has that word already. */
export async function appendEvent(tx: Tx, countyCode: string, event: NewEvent, asOf: Instant): Promise<void> {
  for (let n = 0; n < APPEND_TRIES; n++) {
    const [found] = await rows(
      tx,
      sql<{ tried: boolean; made: boolean }>`
        with last as (select coalesce(max(seq), 0) as seq, bool_or(kind in ('outcome', 'stood_down')
            or kind = ${event.kind} and kind not in ('owned', 'joined')) as over
          from referral_event where county_code = ${countyCode} and referral_id = ${event.referralId}),
        made as (
          insert into referral_event (county_code, referral_id, seq, area_code, kind, occurred_at, recorded_at, account_id, record_id, note)
          select ${countyCode}, ${event.referralId}, last.seq + 1, ${event.areaCode}, ${event.kind}, ${event.occurredAt}::timestamptz, ${asOf}::timestamptz, ${event.accountId}::uuid,
            ${event.recordId ?? null}::uuid, ${event.note} from last where not last.over
          on conflict do nothing returning seq)
        select not last.over as tried, exists (select from made) as made from last`,
    );
    if (!found?.tried || found.made) return;
  }
  throw new Error('a referral had a word at each of our tries');
}
const APPEND_TRIES = 5; // somebody at the same moment: one more; five do not meet by chance

/** Writes the event after `seq`. @returns false where somebody wrote one first. */
export async function insertEvent(
  tx: Tx,
  countyCode: string,
  event: NewEvent,
  seq: number,
  asOf: Instant,
): Promise<boolean> {
  const made = await rows(
    tx,
    sql<{
      seq: number;
    }>`insert into referral_event (county_code, referral_id, seq, area_code, kind, occurred_at, recorded_at, account_id, note)
      values (${countyCode}, ${event.referralId}, ${seq + 1}, ${event.areaCode}, ${event.kind}, ${event.occurredAt}, ${asOf}, ${event.accountId}, ${event.note})
      on conflict do nothing returning seq`,
  );
  return made.length > 0;
}

export interface ReferralListed extends ReferralRow {
  readonly personName: string;
  readonly villageName: string;
}

/** Referrals the reader may see, latest advice first, before `before`. */
export async function referralsListed(
  tx: Tx,
  countyCode: string,
  filter: { readonly open: boolean; readonly before: { readonly advisedAt: Instant; readonly id: string } | null },
  limit: number,
): Promise<ReferralListed[]> {
  return rows(
    tx,
    sql<ReferralListed>`select ${columns}, p.name as "personName", d.name as "villageName"
      from referral r
      join person p on p.county_code = r.county_code and p.id = r.person_id
      join division d on d.county_code = r.county_code and d.code = r.area_code
      where r.county_code = ${countyCode}
        and (not ${filter.open} or not exists (select from referral_event e where e.county_code = r.county_code and e.referral_id = r.id
          and e.kind in ('outcome', 'stood_down')))
        and (${filter.before === null} or (r.advised_at, r.id) < (${filter.before?.advisedAt ?? null}::timestamptz, ${filter.before?.id ?? null}::uuid))
      order by r.advised_at desc, r.id desc limit ${limit}`,
  );
}

/** The alarms already raised for a referral. */
export async function raisedAlarms(tx: Tx, countyCode: string, referralId: string): Promise<AlarmStep[]> {
  const found = await rows(
    tx,
    sql<{ step: AlarmStep }>`select params->>'step' as step from notice
      where county_code = ${countyCode} and urgent and subject_id = ${referralId} group by params->>'step', params->>'nth'`,
  );
  return found.map(({ step }) => step);
}
