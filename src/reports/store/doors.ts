// src/reports/store/doors.ts: the doors of a drive as one set: due, seen, credited and what re-checks said, for whoever counts them.
import type { CivilDate } from '../../platform/civil.ts';
import { rows, sql, type Tx } from '../../platform/db.ts';
import { isLateEntry } from '../../tasks/standing.ts';
import { dayOf, EXITS, type Headline, lastWords, type Scope } from './scope.ts';

/**
 * One row a door: 应访 is whoever owes the headline duty in the goal and has not left by an approved exit. Seen from the
 * launch to the window's end, in three states that are never one: `refuted` where no talk stands, `verified` where one was
 * re-checked and right. `late_entry`: every talk that stands was recorded too late. `credited`: in the window before the launch alone.
 */
const doors = (scope: Scope, headline: Headline) => sql`${lastWords(scope)},
  due as (
    select ${headline.subject === 'person' ? sql`t.person_id` : sql`t.household_id`} as whose, min(t.area_code) as area_code
    from task t where t.county_code = ${scope.countyCode} and t.campaign_id = ${scope.campaignId} and t.duty_key = ${headline.key}
      and t.in_goal and t.subject = ${headline.subject}
    group by 1 having not bool_and(coalesce(t.close_reason = 'excused' and t.close_detail = any(${EXITS}::text[]), false))),
  told as (
    select due.whose, ${dayOf('r.occurred_at')} as day, c.verdict,
      ${isLateEntry(sql`r.county_code`, sql`r.area_code`, dayOf('r.occurred_at'), dayOf('r.recorded_at'))} as late_entry
    from due join record r on r.county_code = ${scope.countyCode} and ${headline.subject === 'person' ? sql`r.person_id` : sql`r.household_id`} = due.whose
      and r.kind = ${headline.record} and r.filing = 'accepted' and r.recorded_at <= ${scope.asOf}
    left join last_word c on c.root = coalesce(r.root_id, r.id)),
  counted as (
    select whose, min(day) filter (where now) as day, bool_or(now and verdict is not distinct from 'confirmed') as verified,
      bool_and(verdict is not distinct from 'refuted') filter (where now) as refuted,
      bool_and(late_entry) filter (where now and verdict is distinct from 'refuted') as late_entry,
      bool_or(day >= ${scope.windowFrom} and day < ${scope.launchedOn}) as before
    from (select told.*, day between ${scope.launchedOn} and ${scope.windowTo} as now from told) told group by whose),
  door as (
    select due.whose, left(due.area_code, 9) as town, counted.day as seen_on,
      case when counted.day is null then null when counted.verified then 'verified' when counted.refuted then 'refuted' else 'unchecked' end as state,
      coalesce(counted.late_entry, false) as late_entry, coalesce(counted.day is null and counted.before, false) as credited
    from due left join counted on counted.whose = due.whose)`;

export interface TownDay {
  readonly town: string;
  readonly day: CivilDate;
  readonly seen: number;
}

/** How many doors were seen for the first time, by town and day. */
export async function seenByTownAndDay(tx: Tx, scope: Scope, headline: Headline): Promise<TownDay[]> {
  return rows(
    tx,
    sql<TownDay>`with ${doors(scope, headline)}
      select town, seen_on as day, count(*) as seen from door where seen_on is not null group by town, seen_on order by seen_on, town`,
  );
}

/** What is counted of a set of doors. Seen is verified, unchecked and refuted together; the rest stand beside. */
export interface DoorCounts {
  /** 应访. */
  readonly total: number;
  /** 已访: since the launch, in three columns that are never one: re-checked and right, not yet checked, refuted. */
  readonly seen: number;
  readonly verified: number;
  readonly unchecked: number;
  readonly refuted: number;
  /** 补录: of those seen, whose talks were all recorded too late. */
  readonly lateEntry: number;
  /** Seen in the window before the launch and not since: not among those seen. */
  readonly credited: number;
}

export interface TownTotal extends DoorCounts {
  readonly town: string;
  readonly name: string;
}

/** Every town's doors; a county's are their sums. */
export async function townTotals(tx: Tx, scope: Scope, headline: Headline): Promise<TownTotal[]> {
  return rows(
    tx,
    sql<TownTotal>`with ${doors(scope, headline)}
      select door.town, d.name, count(*) as total, count(seen_on) as seen,
        count(*) filter (where state = 'verified') as verified, count(*) filter (where state = 'unchecked') as unchecked,
        count(*) filter (where state = 'refuted') as refuted, count(*) filter (where late_entry) as "lateEntry",
        count(*) filter (where credited) as credited
      from door join division d on d.county_code = ${scope.countyCode} and d.code = door.town
      group by door.town, d.name order by door.town`,
  );
}
