// src/visits/store/outages.ts: days on which an area is known to have had no signal.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { oneRow, rows, sql, type Tx } from '../../platform/db.ts';

export interface NewOutage {
  readonly areaCode: string;
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate;
  readonly reason: string;
}

export interface OutageRow extends NewOutage {
  readonly id: string;
  readonly declaredBy: string;
  readonly declaredAt: Instant;
}

const columns = sql`o.id, o.area_code as "areaCode", o.from_on as "fromOn", o.to_on as "toOn", o.reason, o.declared_by as "declaredBy",
  o.declared_at as "declaredAt"`;

export async function insertOutage(
  tx: Tx,
  countyCode: string,
  outage: NewOutage,
  accountId: string,
  asOf: Instant,
): Promise<OutageRow> {
  return oneRow(
    tx,
    sql<OutageRow>`insert into outage as o (county_code, area_code, from_on, to_on, reason, declared_by, declared_at)
      values (${countyCode}, ${outage.areaCode}, ${outage.fromOn}, ${outage.toOn}, ${outage.reason}, ${accountId}, ${asOf}) returning ${columns}`,
  );
}

/** Outages that touch an area, the latest first, before `before`. */
export async function outagesListed(
  tx: Tx,
  countyCode: string,
  areaCode: string,
  before: { readonly fromOn: CivilDate; readonly id: string } | null,
  limit: number,
): Promise<OutageRow[]> {
  return rows(
    tx,
    sql<OutageRow>`select ${columns} from outage o where o.county_code = ${countyCode}
        and (starts_with(o.area_code, ${areaCode}) or starts_with(${areaCode}, o.area_code))
        and (${before === null} or (o.from_on, o.id) < (${before?.fromOn ?? null}::date, ${before?.id ?? null}::uuid))
      order by o.from_on desc, o.id desc limit ${limit}`,
  );
}

/** Whether an account sits, on one of these days, in a team whose work in the area the outage would excuse. */
export async function gainsBy(tx: Tx, countyCode: string, outage: NewOutage, accountId: string): Promise<boolean> {
  const { yes } = await oneRow(
    tx,
    sql<{
      yes: boolean;
    }>`select exists (select from team_member m join team t on t.county_code = m.county_code and t.id = m.team_id
      where m.county_code = ${countyCode} and m.account_id = ${accountId} and starts_with(t.area_code, ${outage.areaCode})
        and daterange(m.from_on, m.to_on, '[]') && daterange(${outage.fromOn}::date, ${outage.toOn}::date, '[]')) as yes`,
  );
  return yes;
}
