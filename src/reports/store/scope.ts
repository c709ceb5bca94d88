// src/reports/store/scope.ts: what every figure is asked of, and the words that several of them share.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { sql } from '../../platform/db.ts';

/** What is counted: a campaign as of a moment. */
export interface Scope {
  readonly countyCode: string;
  readonly campaignId: string;
  readonly areas: readonly string[];
  readonly windowFrom: CivilDate;
  readonly windowTo: CivilDate;
  /** The civil day of the launch; before it, the day asked about. */
  readonly launchedOn: CivilDate;
  readonly today: CivilDate;
  readonly asOf: Instant;
}

/** The duty whose doors the progress line counts. */
export interface Headline {
  readonly key: string;
  readonly subject: 'household' | 'person';
  readonly record: string;
}

/** Exits that leave a goal's denominator: approved facts about people, not about work. */
export const EXITS = ['died', 'moved_out', 'left_category'];

export const inAreas = (scope: Scope, column: string) =>
  sql`exists (select from unnest(${[...scope.areas]}::text[]) as a(code) where starts_with(${sql.ref(column)}, a.code))`;

export const dayOf = (column: string) => sql`(${sql.ref(column)} at time zone 'Asia/Shanghai')::date`;

/**
 * What re-visits said of each chain of records, by its first one, as far as it was known: the last word counts, as it does in
 * a round, and what was refuted is not answered by correcting it.
 */
export const lastWords = (scope: Scope) => sql`last_word as (
  select distinct on (root) coalesce(x.root_id, x.id) as root, c.verdict
  from check_result c join record x on x.county_code = c.county_code and x.id = c.record_id and x.filing = 'accepted'
  where c.county_code = ${scope.countyCode} and c.kind = 'revisit' and c.recorded_at <= ${scope.asOf}
  order by root, c.occurred_at desc, c.recorded_at desc)`;

/** The first day whose work counts: what happened before the launch, or before the window, is credited. */
export const countedFrom = ({ windowFrom, launchedOn }: Scope): CivilDate =>
  windowFrom > launchedOn ? windowFrom : launchedOn;
