// src/visits/store/found.ts: what a stop brings to the register beside its records: who is gone, who is home when, a side's signature under a contract.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { sql, type Tx, written } from '../../platform/db.ts';

export interface ChangeFound {
  readonly recordId: string;
  readonly kind: 'died' | 'moved_out' | 'unknown_person';
  readonly villageCode: string;
  readonly householdId: string;
  readonly personId: string | null;
  readonly occurredOn: CivilDate;
}

/** The register changes by a decision, never by a knock at a door. What is asked already waits already. */
export async function insertChangeRequests(
  tx: Tx,
  countyCode: string,
  changes: readonly ChangeFound[],
  accountId: string,
  asOf: Instant,
): Promise<void> {
  if (changes.length === 0) return;
  await sql`insert into change_request (county_code, village_code, person_id, household_id, kind, whole_household, occurred_on, record_id, requested_at, requested_by)
    select ${countyCode}, n."villageCode", n."personId", n."householdId", n.kind, n."personId" is null, n."occurredOn", n."recordId", ${asOf}::timestamptz, ${accountId}::uuid
    from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as n("recordId" uuid, kind text, "villageCode" text, "householdId" uuid,
      "personId" uuid, "occurredOn" date)
    on conflict do nothing`.execute(tx);
}

/** A later record corrected those that asked: their requests are withdrawn, and what they stopped goes on. */
export async function withdrawChangeRequests(
  tx: Tx,
  countyCode: string,
  recordIds: readonly string[],
  asOf: Instant,
): Promise<void> {
  if (recordIds.length === 0) return;
  await sql`update change_request set decided_at = ${asOf}, decision = 'withdrawn'
    where county_code = ${countyCode} and record_id = any(${[...recordIds]}::uuid[]) and decided_at is null`.execute(
    tx,
  );
}

/**
 * Binds the open tasks of these people to the day they leave again. A later visit may name another day.
 * @returns how many tasks are newly bound, whose mornings now come on holidays too.
 */
export async function boundTasks(
  tx: Tx,
  countyCode: string,
  bounds: readonly { readonly personId: string; readonly until: CivilDate }[],
): Promise<number> {
  if (bounds.length === 0) return 0;
  return written(
    tx,
    sql`update task t set bounded_until = n.until from jsonb_to_recordset(${JSON.stringify(bounds)}::jsonb) as n("personId" uuid, until date)
      where t.county_code = ${countyCode} and t.person_id = n."personId" and t.closed_at is null and t.opens_on <= n.until
        and t.household_id in (select household_id from person p where p.county_code = ${countyCode} and p.id = n."personId")
        and t.bounded_until is distinct from n.until`,
  );
}

/**
 * Puts each side's own signature under the household's contract; whichever side is first opens it. The contract stands
 * (`signed_on`) once both have signed. A village without that team signs nothing.
 */
export async function signContracts(
  tx: Tx,
  countyCode: string,
  signings: readonly {
    readonly recordId: string;
    readonly householdId: string;
    readonly villageCode: string;
    readonly side: 'medical' | 'cadre';
    readonly signedOn: CivilDate;
  }[],
  accountId: string,
): Promise<void> {
  if (signings.length === 0) return;
  await sql`
    with signature as (
      select n.*, team.id as team_id, ${accountId}::uuid as account_id
      from jsonb_to_recordset(${JSON.stringify(signings)}::jsonb) as n("recordId" uuid, "householdId" uuid, "villageCode" text, side text, "signedOn" date)
      join team on team.county_code = ${countyCode} and team.area_code = n."villageCode" and team.side = n.side and team.to_on is null),
    second as (
      update contract c set
        medical_on = case when s.side = 'medical' then s."signedOn" else c.medical_on end,
        medical_team_id = case when s.side = 'medical' then s.team_id else c.medical_team_id end,
        medical_record_id = case when s.side = 'medical' then s."recordId" else c.medical_record_id end,
        medical_account_id = case when s.side = 'medical' then s.account_id else c.medical_account_id end,
        cadre_on = case when s.side = 'cadre' then s."signedOn" else c.cadre_on end,
        cadre_team_id = case when s.side = 'cadre' then s.team_id else c.cadre_team_id end,
        cadre_record_id = case when s.side = 'cadre' then s."recordId" else c.cadre_record_id end,
        cadre_account_id = case when s.side = 'cadre' then s.account_id else c.cadre_account_id end
      from signature s
      where c.county_code = ${countyCode} and c.household_id = s."householdId" and c.signed_on is null
        and case when s.side = 'medical' then c.medical_on is null else c.cadre_on is null end)
    insert into contract (county_code, village_code, household_id, medical_on, medical_team_id, medical_record_id, medical_account_id,
      cadre_on, cadre_team_id, cadre_record_id, cadre_account_id)
    select ${countyCode}, s."villageCode", s."householdId",
      case when s.side = 'medical' then s."signedOn" end, case when s.side = 'medical' then s.team_id end,
      case when s.side = 'medical' then s."recordId" end, case when s.side = 'medical' then s.account_id end,
      case when s.side = 'cadre' then s."signedOn" end, case when s.side = 'cadre' then s.team_id end,
      case when s.side = 'cadre' then s."recordId" end, case when s.side = 'cadre' then s.account_id end
    from signature s
    where not exists (select from contract c where c.county_code = ${countyCode} and c.household_id = s."householdId" and c.signed_on is null)
    on conflict do nothing`.execute(tx);
}
