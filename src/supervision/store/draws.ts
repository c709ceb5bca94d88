// src/supervision/store/draws.ts: what a round draws from and what it drew, as rows; the draw is one statement.
import type { Instant } from '../../platform/civil.ts';
import { rows, sql, type Tx } from '../../platform/db.ts';
import type { RoundRow } from './rounds.ts';

export interface Eligible {
  readonly recordId: string;
  /** A town's code; of a lot by team, its village's code and side. */
  readonly lot: string;
  readonly visitId: string;
  readonly householdId: string | null;
  readonly townCode: string;
  readonly drawn: boolean;
}

/**
 * Every record a round draws from, by lot and id, and whether it is drawn: the `perLot` lowest sha256(`seed/recordId`) of
 * each lot. Eligible: done in the period, of the rule's kinds, in a village of the area, accepted and not replaced as of the
 * draw. docs/draws.md says the same to a stranger.
 */
export async function drawOf(
  tx: Tx,
  countyCode: string,
  round: RoundRow,
  seed: string,
  asOf: Instant,
): Promise<Eligible[]> {
  const { kinds, lot, perLot } = round.rule;
  return rows(
    tx,
    sql<Eligible>`
      with eligible as (
        select r.id as "recordId", r.visit_id as "visitId", r.household_id as "householdId", left(r.area_code, 9) as "townCode",
          case when ${lot} = 'team' then concat_ws('/', r.area_code, r.side) else left(r.area_code, 9) end as lot
        from record r
        where r.county_code = ${countyCode} and r.filing = 'accepted' and r.kind = any(${[...kinds]}::text[])
          and length(r.area_code) = 12 and starts_with(r.area_code, ${round.areaCode}) and r.recorded_at <= ${asOf}
          and (r.occurred_at at time zone 'Asia/Shanghai')::date between ${round.periodFrom}::date and ${round.periodTo}::date
          and not exists (select from record later where later.county_code = r.county_code and later.supersedes = r.id
            and later.filing = 'accepted' and later.recorded_at <= ${asOf}))
      select *, row_number() over (partition by lot
        order by encode(sha256(convert_to(${seed}::text || '/' || "recordId", 'UTF8')), 'hex') collate "C") <= ${perLot} as drawn
      from eligible order by lot collate "C", "recordId"`,
  );
}

export async function insertEligible(
  tx: Tx,
  countyCode: string,
  roundId: string,
  eligible: readonly Eligible[],
): Promise<void> {
  const listed = eligible.map(({ recordId, lot, drawn }) => ({ recordId, lot, drawn }));
  await sql`insert into round_eligible (county_code, round_id, record_id, lot, drawn)
    select ${countyCode}, ${roundId}::uuid, n."recordId", n.lot, n.drawn
    from jsonb_to_recordset(${JSON.stringify(listed)}::jsonb) as n("recordId" uuid, lot text, drawn boolean)`.execute(
    tx,
  );
}

export interface DrawnLot {
  readonly lot: string;
  readonly eligible: string[];
  readonly drawn: string[];
}

/** The list of a draw by lot, ids in order; nothing where the reader may not see it yet. */
export async function eligibleOf(tx: Tx, countyCode: string, roundId: string): Promise<DrawnLot[]> {
  return rows(
    tx,
    sql<DrawnLot>`select lot, array_agg(record_id::text order by record_id) as eligible,
        coalesce(array_agg(record_id::text order by record_id) filter (where drawn), '{}') as drawn
      from round_eligible where county_code = ${countyCode} and round_id = ${roundId} group by lot order by lot collate "C"`,
  );
}
