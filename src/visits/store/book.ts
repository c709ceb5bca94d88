// src/visits/store/book.ts: the rows a stop becomes, and how it is found again.
import type { Instant } from '../../platform/civil.ts';
import { maybeRow, sql, type Tx } from '../../platform/db.ts';
import type { ReviewReason, VisitReceipt } from '../schema.ts';

export interface VisitToFile {
  readonly id: string;
  readonly areaCode: string;
  readonly householdId: string | null;
  readonly accountId: string;
  readonly partnerId: string | null;
  readonly deviceId: string | null;
  readonly arrivedAt: Instant;
  readonly leftAt: Instant | null;
  readonly present: readonly string[];
  readonly place: unknown;
  readonly reason: ReviewReason | null;
  readonly hash: string;
  /** What was sent of the stop, where it waits for review. */
  readonly body: unknown;
  readonly receipt: VisitReceipt;
}

export interface RecordToFile {
  readonly id: string;
  readonly kind: string;
  readonly clinical: boolean;
  readonly taskId: string | null;
  readonly householdId: string | null;
  readonly personId: string | null;
  readonly enrolmentId: string | null;
  readonly side: string | null;
  readonly body: unknown;
  readonly reason: ReviewReason | null;
  readonly supersedes: string | null;
  readonly rootId: string | null;
}

/** Stores a stop and everything done there, accepted or for review, in one statement. */
export async function insertVisit(
  tx: Tx,
  countyCode: string,
  visit: VisitToFile,
  records: readonly RecordToFile[],
  asOf: Instant,
): Promise<void> {
  await sql`
    with stop as (
      insert into visit (county_code, id, area_code, household_id, account_id, partner_id, device_id, arrived_at, left_at, recorded_at,
        present, place, filing, review_reason, body_hash, body, receipt)
      values (${countyCode}, ${visit.id}, ${visit.areaCode}, ${visit.householdId}, ${visit.accountId}, ${visit.partnerId}, ${visit.deviceId},
        ${visit.arrivedAt}, ${visit.leftAt}, ${asOf}, ${[...visit.present]}::uuid[], ${json(visit.place)}::jsonb,
        ${visit.reason === null ? 'accepted' : 'review'}, ${visit.reason}, ${visit.hash}, ${json(visit.body)}::jsonb, ${json(visit.receipt)}::jsonb))
    insert into record (county_code, id, visit_id, visit_hash, area_code, kind, clinical, task_id, household_id, person_id, enrolment_id, side,
      body, occurred_at, recorded_at, account_id, filing, review_reason, supersedes, root_id)
    select ${countyCode}, n.id, ${visit.id}::uuid, ${visit.hash}, ${visit.areaCode}, n.kind, n.clinical, n."taskId", n."householdId", n."personId",
      n."enrolmentId", n.side, n.body, ${visit.arrivedAt}::timestamptz, ${asOf}::timestamptz, ${visit.accountId}::uuid,
      case when n.reason is null then 'accepted' else 'review' end, n.reason, n.supersedes, n."rootId"
    from jsonb_to_recordset(${JSON.stringify(records)}::jsonb) as n(id uuid, kind text, clinical boolean, "taskId" uuid, "householdId" uuid,
      "personId" uuid, "enrolmentId" uuid, side text, body jsonb, reason text, supersedes uuid, "rootId" uuid)`.execute(
    tx,
  );
}

const json = (value: unknown): string | null => (value === null || value === undefined ? null : JSON.stringify(value));

export interface Confirmation {
  readonly recordId: string;
  readonly side: 'medical' | 'cadre';
  readonly accountId: string;
}

export async function insertConfirmations(
  tx: Tx,
  countyCode: string,
  areaCode: string,
  confirmations: readonly Confirmation[],
  at: Instant,
): Promise<void> {
  if (confirmations.length === 0) return;
  await sql`insert into confirmation (county_code, record_id, side, area_code, account_id, at)
    select ${countyCode}, n."recordId", n.side, ${areaCode}, n."accountId", ${at}::timestamptz
    from jsonb_to_recordset(${JSON.stringify(confirmations)}::jsonb) as n("recordId" uuid, side text, "accountId" uuid)`.execute(
    tx,
  );
}

/** A visit as it stands in the book, for its receipt and its page. */
export interface VisitRow {
  readonly id: string;
  readonly areaCode: string;
  readonly householdId: string | null;
  readonly accountId: string;
  readonly arrivedAt: Instant;
  readonly recordedAt: Instant;
  readonly receipt: VisitReceipt;
  readonly records: readonly { readonly id: string; readonly kind: string; readonly body: unknown }[];
}

/** A stop with what was done there, as far as the reader may see it. */
export async function visitOf(tx: Tx, countyCode: string, id: string): Promise<VisitRow | null> {
  return maybeRow(
    tx,
    sql<VisitRow>`select v.id, v.area_code as "areaCode", v.household_id as "householdId", v.account_id as "accountId",
        v.arrived_at as "arrivedAt", v.recorded_at as "recordedAt", v.receipt,
        (select coalesce(jsonb_agg(jsonb_build_object('id', r.id, 'kind', r.kind, 'body', r.body) order by r.recorded_at, r.id), '[]')
          from record r where r.county_code = v.county_code and r.visit_id = v.id and r.visit_hash = v.body_hash) as records
      from visit v where v.county_code = ${countyCode} and v.id = ${id}
        and (v.filing = 'accepted' or v.review_reason <> 'same_id_other_body')`,
  );
}
