// src/visits/store/found.ts: what a stop brings to the register beside its records: who is gone, who is home when, a contract both sides signed.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { rows, sql, type Tx, written } from '../../platform/db.ts';

export interface ChangeFound {
  readonly recordId: string;
  readonly kind: 'died' | 'moved_out' | 'unknown_person';
  readonly villageCode: string;
  readonly householdId: string;
  readonly personId: string | null;
  readonly occurredOn: CivilDate;
}

/** The register changes by a decision, never by a knock at a door. */
export async function insertChangeRequests(
  tx: Tx,
  countyCode: string,
  changes: readonly ChangeFound[],
  accountId: string,
  asOf: Instant,
): Promise<void> {
  if (changes.length === 0) return;
  await sql`insert into change_request (county_code, village_code, person_id, household_id, kind, occurred_on, record_id, requested_at, requested_by)
    select ${countyCode}, n."villageCode", n."personId", n."householdId", n.kind, n."occurredOn", n."recordId", ${asOf}::timestamptz, ${accountId}::uuid
    from jsonb_to_recordset(${JSON.stringify(changes)}::jsonb) as n("recordId" uuid, kind text, "villageCode" text, "householdId" uuid,
      "personId" uuid, "occurredOn" date)
    on conflict do nothing`.execute(tx);
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

/** Signs with both teams of the village where both sides of a household's contract are done. @returns the households that signed now. */
export async function signContracts(
  tx: Tx,
  countyCode: string,
  signings: readonly {
    readonly recordId: string;
    readonly householdId: string;
    readonly villageCode: string;
    readonly signedOn: CivilDate;
  }[],
): Promise<string[]> {
  if (signings.length === 0) return [];
  const signed = await rows(
    tx,
    sql<{
      id: string;
    }>`insert into contract (county_code, village_code, household_id, signed_on, medical_team_id, cadre_team_id, record_id)
      select ${countyCode}, n."villageCode", n."householdId", n."signedOn", medical.id, cadre.id, n."recordId"
      from jsonb_to_recordset(${JSON.stringify(signings)}::jsonb) as n("recordId" uuid, "householdId" uuid, "villageCode" text, "signedOn" date)
      join team medical on medical.county_code = ${countyCode} and medical.area_code = n."villageCode" and medical.side = 'medical' and medical.to_on is null
      join team cadre on cadre.county_code = ${countyCode} and cadre.area_code = n."villageCode" and cadre.side = 'cadre' and cadre.to_on is null
      where (select array_agg(distinct t.side) from task t where t.county_code = ${countyCode} and t.household_id = n."householdId"
          and t.kind = 'contract' and t.close_reason = 'done') @> '{medical,cadre}'
        and not exists (select from task t where t.county_code = ${countyCode} and t.household_id = n."householdId"
          and t.kind = 'contract' and t.closed_at is null)
      on conflict do nothing returning household_id as id`,
  );
  return signed.map(({ id }) => id);
}
