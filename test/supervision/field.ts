// test/supervision/field.ts: visits written straight into the rows, for what supervision reads of them.
import { randomUUID } from 'node:crypto';
import { at, type CivilDate, type Instant, plusMinutes } from '../../src/platform/civil.ts';
import { sql, type Tx } from '../../src/platform/db.ts';
import { COUNTY, type SmallHousehold, type SmallVillage } from '../fixtures/county.ts';

export interface Told {
  readonly village: SmallVillage;
  readonly household: SmallHousehold;
  readonly day: CivilDate;
  readonly kind?: string;
  readonly side?: 'medical' | 'cadre';
  readonly recordedAt?: Instant;
  /** mmHg, with whose it is. */
  readonly reading?: { readonly personId: string; readonly sbp: number; readonly dbp: number };
  readonly minute?: number;
  /** Other things done at the same stop: a record each. */
  readonly also?: readonly string[];
  /** The record this one corrects, on a visit of its own. */
  readonly corrects?: string;
}

/** One accepted visit with one record. @returns the record's id. */
export async function visited(tx: Tx, told: Told): Promise<string> {
  const { village, household, day, kind = 'policy_talk', side = 'medical', reading, also = [] } = told;
  const account = side === 'medical' ? village.doctor : village.cadre;
  const [visit, record] = [randomUUID(), randomUUID()];
  const occurredAt = plusMinutes(at(day, '09:00'), told.minute ?? 0);
  const recordedAt = told.recordedAt ?? plusMinutes(occurredAt, 10);
  await sql`insert into visit (county_code, id, area_code, household_id, account_id, partner_id, arrived_at, recorded_at, filing, body_hash, receipt)
    values (${COUNTY}, ${visit}, ${village.code}, ${household.id}, ${account}, ${side === 'medical' ? village.nurse : null}, ${occurredAt}, ${recordedAt}, 'accepted', 'h', '{}')`.execute(
    tx,
  );
  await sql`insert into record (county_code, id, visit_id, visit_hash, area_code, kind, clinical, household_id, person_id, side, body, occurred_at, recorded_at, account_id, filing, supersedes, root_id)
    select ${COUNTY}, n.id, ${visit}, 'h', ${village.code}, n.kind, ${reading !== undefined}, ${household.id}, ${reading?.personId ?? null}, ${side}, '{}', ${occurredAt}::timestamptz, ${recordedAt}::timestamptz, ${account}, 'accepted',
      ${told.corrects ?? null}::uuid, ${told.corrects ?? null}::uuid
    from unnest(${[record, ...also.map(() => randomUUID())]}::uuid[], ${[kind, ...also]}::text[]) as n(id, kind)`.execute(
    tx,
  );
  if (reading)
    await sql`insert into measurement (county_code, record_id, visit_hash, area_code, kind, value, unit)
      values (${COUNTY}, ${record}, 'h', ${village.code}, 'sbp', ${reading.sbp}, 'mmHg'), (${COUNTY}, ${record}, 'h', ${village.code}, 'dbp', ${reading.dbp}, 'mmHg')`.execute(
      tx,
    );
  return record;
}
