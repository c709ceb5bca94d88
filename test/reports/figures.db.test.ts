// One moment of a small drive, every figure counted a second time from the bare rows; pages of one moment name one figure.
import { beforeAll, expect, it } from 'vitest';
import { at, type Instant } from '../../src/platform/civil.ts';
import { closingReport } from '../../src/reports/closing.ts';
import { type GoalProgress, goals } from '../../src/reports/goals.ts';
import { type Progress, progress } from '../../src/reports/progress.ts';
import { as, doing, launched } from '../campaigns/drive.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { fileDatabase } from '../setup/county-database.ts';

const db = fileDatabase();
const DAY61: Instant = at('2018-01-30', '08:00');
let county: SmallCounty;
let id: string;
let found: Progress;
let goalsFound: GoalProgress[];

const households = () => county.villages.flatMap((village) => village.households);
const household = (n: number): string => households()[n]?.id ?? '';
const uuid = (n: number): string => `00000000-0000-7000-8000-${String(n).padStart(12, '0')}`;

/** A talk at a door, as the book has it; its task is done by it where there is one open. */
async function talk(n: number, door: number, on: Instant, recorded: Instant = on, corrects?: number): Promise<void> {
  const { id: householdId, villageCode } = households()[door] ?? { id: '', villageCode: '' };
  const run = (text: string, values: unknown[]) => db().systemPool.query(text, values);
  await run(
    `insert into visit (county_code, id, area_code, household_id, account_id, arrived_at, recorded_at, filing, body_hash, receipt)
     values ($1, $2, $3, $4, $5, $6, $7, 'accepted', 'h', '{}')`,
    [county.countyCode, uuid(n), villageCode, householdId, county.villages[0].doctor, on, recorded],
  );
  await run(
    `insert into record (county_code, id, visit_id, visit_hash, area_code, kind, clinical, household_id, side, body, occurred_at, recorded_at, account_id, filing, supersedes, root_id)
     values ($1, $2, $2, 'h', $3, 'policy_talk', false, $4, 'medical', '{}', $6, $7, $5, 'accepted', $8, $8)`,
    [
      ...[county.countyCode, uuid(n), villageCode, householdId, county.villages[0].doctor, on, recorded],
      corrects === undefined ? null : uuid(corrects),
    ],
  );
  await run(
    `update task set closed_at = $3, closed_on = ($2::timestamptz at time zone 'Asia/Shanghai')::date, close_reason = 'done', closed_by = $4
     where id = (select id from task where household_id = $1 and kind = 'policy_talk' and closed_at is null order by in_goal desc limit 1)`,
    [householdId, on, recorded, uuid(n)],
  );
}

const checked = (n: number, verdict: 'confirmed' | 'refuted') =>
  db().systemPool.query(
    `insert into check_result (county_code, kind, area_code, record_id, checked_by, occurred_at, recorded_at, verdict)
     select county_code, 'revisit', area_code, id, $1, '2018-01-29', '2018-01-29', $2 from record where id = $3`,
    [county.supervisor, verdict, uuid(n)],
  );

beforeAll(async () => {
  county = await smallCounty(db());
  ({ id } = await launched(db(), county));
  await talk(1, 0, at('2018-01-10', '10:00'));
  await checked(1, 'confirmed');
  await talk(2, 1, at('2018-01-11', '10:00'));
  await checked(2, 'refuted');
  await talk(9, 1, at('2018-01-11', '10:00'), at('2018-01-12', '09:00'), 2); // a correction does not answer a refutation
  await talk(3, 2, at('2018-01-12', '10:00'));
  await checked(3, 'refuted');
  await talk(4, 2, at('2018-01-26', '10:00')); // refuted, then gone to again: a talk stands
  await talk(5, 3, at('2018-01-15', '10:00'), at('2018-01-26', '10:00')); // 补录
  await talk(6, 4, at('2017-12-20', '10:00')); // before the launch
  await talk(7, 5, at('2018-01-16', '10:00'), at('2018-01-19', '18:00')); // three days without a signal
  // a talk that was not understood is repeated, and minded outside the goal
  await db().systemPool.query(
    `insert into task (county_code, source_key, campaign_id, duty_key, in_goal, kind, subject, subject_id, area_code, household_id, side, opens_on, due_on, created_at)
     select county_code, 'follow/x/repeat_talk', campaign_id, duty_key, false, kind, subject, subject_id, area_code, household_id, side, '2018-01-27', '2018-02-05', '2018-01-26'
     from task where household_id = $1 and kind = 'policy_talk'`,
    [household(0)],
  );
  await talk(8, 0, at('2018-01-29', '10:00'));
  // one household has left, approved; of another it is still asked
  await db().systemPool.query(
    `update task set closed_at = '2018-01-20', closed_on = '2018-01-18', close_reason = 'excused', close_detail = 'moved_out' where household_id = $1 and kind = 'policy_talk'`,
    [household(6)],
  );
  await db().systemPool.query(
    `insert into change_request (county_code, village_code, household_id, whole_household, kind, occurred_on, record_id, requested_at, requested_by)
     select county_code, village_code, id, true, 'moved_out', '2018-01-28', $2, '2018-01-28', $3 from household where id = $1`,
    [household(7), uuid(99), county.villages[0].doctor],
  );
  await doing(db(), as(county, county.planner), DAY61, async (tx) => {
    found = await progress(tx, county.countyCode, id, DAY61);
    goalsFound = await goals(tx, county.countyCode, id, DAY61);
  });
});

it('names one figure for seen and one for due, wherever they stand', async () => {
  const goal = goalsFound.find(({ key }) => key === 'policy_talk');
  const duty = found.duties.find(({ key }) => key === 'policy_talk');
  const exits = duty?.states.excused ?? 0;
  const report = await doing(db(), as(county, county.planner), DAY61, (tx) =>
    closingReport(tx, county.countyCode, id, DAY61),
  );
  expect([found.total, goal?.denominator, (duty?.tasks ?? 0) - exits]).toEqual([11, 11, 11]);
  expect([found.seen, goal?.numerator, (report.seen as { seen: number }).seen]).toEqual([5, 5, 5]);
  expect(found.towns.reduce((all, { seen }) => all + seen, 0)).toBe(5);
  expect(found.days.findLast(({ seen }) => seen !== null)?.seen).toBe(5);
  expect(goal).toMatchObject({ refuted: 1, lateEntry: 1, percent: 36.4, state: 'open' }); // 4 of 11 count
});

it('keeps in columns of their own what was checked, entered late, done before the launch, repeated or waits', () => {
  expect(found).toMatchObject({ verified: 1, unchecked: 3, refuted: 1, lateEntry: 1, credited: 1 });
  const duty = found.duties.find(({ key }) => key === 'policy_talk');
  expect(duty).toMatchObject({ tasks: 12, next: 1, verified: 1, refuted: 2 });
  expect(duty?.states).toMatchObject({ late_entry: 1, credited: 1, excused: 1, pending: 1 });
});

interface Row {
  readonly household: string;
  readonly town: string;
  readonly day: string;
  readonly recorded: string;
  readonly verdict: string | null;
}

it('counts what a walk over the bare rows counts', async () => {
  const { rows } = await db().systemPool.query<Row>(
    `select r.household_id as household, left(r.area_code, 9) as town, to_char(r.occurred_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as day,
       to_char(r.recorded_at at time zone 'Asia/Shanghai', 'YYYY-MM-DD') as recorded,
       (select verdict from check_result c where c.record_id = coalesce(r.root_id, r.id) order by c.occurred_at desc limit 1) as verdict
     from record r where r.kind = 'policy_talk' and r.filing = 'accepted'`,
  );
  const gone = new Set([household(6)]);
  const counts = { total: 0, seen: 0, verified: 0, unchecked: 0, refuted: 0, lateEntry: 0, credited: 0 };
  for (const { id: door } of households()) {
    if (gone.has(door)) continue;
    counts.total++;
    const mine = rows.filter((row) => row.household === door);
    const since = mine.filter(({ day }) => day >= '2018-01-09' && day <= '2018-02-28');
    if (since.length === 0) {
      if (mine.some(({ day }) => day >= '2017-12-01')) counts.credited++;
      continue;
    }
    counts.seen++;
    const stand = since.filter(({ verdict }) => verdict !== 'refuted');
    if (stand.some(({ verdict }) => verdict === 'confirmed')) counts.verified++;
    else if (stand.length > 0) counts.unchecked++;
    else counts.refuted++;
    const late = ({ day, recorded }: Row): boolean => Date.parse(recorded) - Date.parse(day) > 3 * 86_400_000;
    if (stand.length > 0 && stand.every(late)) counts.lateEntry++;
  }
  expect(found).toMatchObject(counts);
});

it('counts past due inside and past the grace apart, and each once', () => {
  const states = found.duties.flatMap(({ states: of }) => [of.late ?? 0, of.overdue ?? 0]);
  const byLevel = found.late.reduce((all, { late, overdue, tasks }) => {
    expect(late + overdue).toBe(tasks);
    return all + tasks;
  }, 0);
  expect(byLevel).toBe(states.reduce((all, n) => all + n, 0));
});
