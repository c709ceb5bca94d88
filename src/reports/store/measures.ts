// src/reports/store/measures.ts: what goals count of the registers and the clinics, each one question.
import type { Measure } from '../../campaigns/rules/measures.ts';
import { oneRow, sql, type Tx } from '../../platform/db.ts';
import { inAreas, type Scope } from './scope.ts';

/** Measures that are neither of doors nor of tasks, and that somebody counts. */
export type RegisterMeasure = Exclude<
  Measure,
  `${string}_aware` | `${string}_asked` | 'households_seen' | 'persons_on_record' | 'tasks' | 'tasks_done'
>;

const counting: Readonly<Record<RegisterMeasure, (scope: Scope) => ReturnType<typeof sql>>> = {
  households: (scope) =>
    sql`select count(*) as n from household h where h.county_code = ${scope.countyCode} and h.ended_on is null and ${inAreas(scope, 'h.village_code')}`,
  households_signed: (
    scope,
  ) => sql`select count(*) as n from household h where h.county_code = ${scope.countyCode} and h.ended_on is null
    and ${inAreas(scope, 'h.village_code')} and exists (select from contract c where c.county_code = h.county_code and c.household_id = h.id and c.signed_on <= ${scope.today})`,
  persons: (
    scope,
  ) => sql`select count(*) as n from person p where p.county_code = ${scope.countyCode} and p.died_on is null and p.moved_out_on is null
    and ${inAreas(scope, 'p.village_code')}`,
  persons_with_plan: (scope) => sql`select persons_with_plan(${scope.countyCode}, ${[...scope.areas]}::text[]) as n`,
  towns: (
    scope,
  ) => sql`select count(distinct left(v.code, 9)) as n from division v where v.county_code = ${scope.countyCode} and v.level = 'village'
    and v.merged_into is null and ${inAreas(scope, 'v.code')}`,
  towns_with_clinic: (
    scope,
  ) => sql`select count(distinct s.area_code) as n from clinic_session s where s.county_code = ${scope.countyCode}
    and s.held_on between ${scope.windowFrom} and ${scope.windowTo} and ${inAreas(scope, 's.area_code')} and clinic_counts(s)
    and exists (select from clinic_stage g where g.county_code = s.county_code and g.session_id = s.id and g.stage = 'reported' and g.at <= ${scope.asOf})`,
};

/** A measure's count as of the day. */
export async function measure(tx: Tx, scope: Scope, name: RegisterMeasure): Promise<number> {
  const { n } = await oneRow(tx, counting[name](scope) as ReturnType<typeof sql<{ n: number }>>);
  return n;
}
