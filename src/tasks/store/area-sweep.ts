// src/tasks/store/area-sweep.ts: when an area's agenda looked and means to look again, for whoever must wait for it.
import type { Instant } from '../../platform/civil.ts';
import { rows, sql, type Tx } from '../../platform/db.ts';

/** Written at the end of a sweep. `nextAt`: now where a page is left to do, null where nothing is open. */
export async function noteSweep(
  tx: Tx,
  countyCode: string,
  areaCode: string,
  nextAt: Instant | null,
  asOf: Instant,
): Promise<void> {
  await sql`insert into area_sweep (county_code, area_code, swept_at, next_at) values (${countyCode}, ${areaCode}, ${asOf}, ${nextAt})
    on conflict (county_code, area_code) do update set swept_at = excluded.swept_at, next_at = excluded.next_at
    where area_sweep.swept_at <= excluded.swept_at`.execute(tx);
}

/** Areas whose sweep is due at `asOf` and has not come: they may still have something to say. */
export async function areasBehind(tx: Tx, countyCode: string, asOf: Instant): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ area: string }>`
      select area_code as area from area_sweep where county_code = ${countyCode} and next_at <= ${asOf}
      union all
      select d.code from division d left join area_sweep s on s.county_code = d.county_code and s.area_code = d.code
      where d.county_code = ${countyCode} and s.next_at is null
        and exists (select from task t where t.county_code = d.county_code and t.area_code = d.code and t.closed_at is null)`,
  );
  return found.map(({ area }) => area);
}
