// src/supervision/store/signals.ts: patterns that ask a team a question; each carries what its bound is computed from.
import type { CivilDate } from '../../platform/civil.ts';
import { rows, sql, type Tx } from '../../platform/db.ts';

export interface RepeatedReading {
  readonly areaCode: string;
  readonly side: string | null;
  readonly kind: 'same_day' | 'consecutive';
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate;
  readonly sbp: number;
  readonly dbp: number;
  /** Different people with this reading. */
  readonly people: number;
  /** The team's readings that day; all its readings for a consecutive run. */
  readonly of: number;
  readonly sameElsewhere: number;
  readonly allElsewhere: number;
}

/** Blood pressures a team recorded for at least `from` people on one day, or for that many one after the other. */
export async function repeatedReadings(
  tx: Tx,
  countyCode: string,
  window: { readonly from: CivilDate; readonly to: CivilDate },
  from: number,
): Promise<RepeatedReading[]> {
  return rows(
    tx,
    sql<RepeatedReading>`
      with reading as (
        select r.area_code, r.side, coalesce(r.person_id, e.person_id) as person_id, r.occurred_at, r.id,
          (r.occurred_at at time zone 'Asia/Shanghai')::date as day, s.value as sbp, d.value as dbp
        from record r
        join measurement s on s.county_code = r.county_code and s.record_id = r.id and s.visit_hash = r.visit_hash and s.kind = 'sbp'
        join measurement d on d.county_code = r.county_code and d.record_id = r.id and d.visit_hash = r.visit_hash and d.kind = 'dbp'
        left join enrolment e on e.county_code = r.county_code and e.id = r.enrolment_id
        where r.county_code = ${countyCode} and r.filing = 'accepted'
          and (r.occurred_at at time zone 'Asia/Shanghai')::date between ${window.from}::date and ${window.to}::date
          and not exists (select from record later where later.county_code = r.county_code and later.supersedes = r.id and later.filing = 'accepted')
      ),
      run as (
        select *, row_number() over (partition by area_code, side order by occurred_at, id)
          - row_number() over (partition by area_code, side, sbp, dbp order by occurred_at, id) as island from reading
      ),
      pattern as (
        select 'same_day' as kind, area_code, side, day as from_on, day as to_on, sbp, dbp, count(distinct person_id) as people,
          (select count(*) from reading o where o.area_code = reading.area_code and o.side is not distinct from reading.side and o.day = reading.day) as of
        from reading group by area_code, side, day, sbp, dbp having count(distinct person_id) >= ${from}
        union all
        select 'consecutive', area_code, side, min(day), max(day), sbp, dbp, count(distinct person_id),
          (select count(*) from reading o where o.area_code = run.area_code and o.side is not distinct from run.side)
        from run group by area_code, side, sbp, dbp, island having count(distinct person_id) >= ${from}
      )
      select p.area_code as "areaCode", p.side, p.kind, p.from_on as "fromOn", p.to_on as "toOn", p.sbp, p.dbp, p.people, p.of,
        (select count(*) from reading o where (o.area_code, o.side) is distinct from (p.area_code, p.side) and o.sbp = p.sbp and o.dbp = p.dbp) as "sameElsewhere",
        (select count(*) from reading o where (o.area_code, o.side) is distinct from (p.area_code, p.side)) as "allElsewhere"
      from pattern p order by p.area_code, p.side, p.from_on, p.kind, p.sbp, p.dbp`,
  );
}
