// src/reports/store/seal.ts: a sealed report as a row: written once.
import type { Instant } from '../../platform/civil.ts';
import { maybeRow, sql, type Tx } from '../../platform/db.ts';

export interface SealRow {
  readonly report: unknown;
  readonly hash: string;
  readonly at: Instant;
}

export async function sealOf(tx: Tx, countyCode: string, campaignId: string): Promise<SealRow | null> {
  return maybeRow(
    tx,
    sql<SealRow>`select report, hash, at from seal where county_code = ${countyCode} and campaign_id = ${campaignId}`,
  );
}

export async function insertSeal(
  tx: Tx,
  countyCode: string,
  campaignId: string,
  report: string,
  hash: string,
  asOf: Instant,
): Promise<void> {
  await sql`insert into seal (county_code, campaign_id, report, hash, at) values (${countyCode}, ${campaignId}, ${report}, ${hash}, ${asOf})
    on conflict do nothing`.execute(tx);
}
