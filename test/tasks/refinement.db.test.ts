import { expect, it } from 'vitest';
import { at, type CivilDate, type Instant, plusDays, plusMinutes } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import { sweepAt } from '../../src/tasks/rules/sweep-times.ts';
import { insertTasks } from '../../src/tasks/store.ts';
import { sweepAgenda } from '../../src/tasks/sweep.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';

const FROM: CivilDate = '2018-02-08';
const DAYS = 24; // the holiday, both weekends that are worked, and the mornings after

/** Every row that a sweep writes but the audit, whose number of entries is that of the sweeps that did something. */
async function written(db: Db): Promise<unknown> {
  const found = await rows(
    db.systemKysely as unknown as Tx,
    sql<{ row: string }>`
      select concat_ws(' ', t.source_key, e.cycle, e.level, e.kind, e.decided_on, e.due_at, e.at) as row from escalation e join task t on t.id = e.task_id where t.source_key ~ '^t'
      union all select concat_ws(' ', t.source_key, l.kind, l.level, a.login, l.created_at) from notice_line l join task t on t.id = l.task_id join account a on a.id = l.account_id where t.source_key ~ '^t'
      union all select concat_ws(' ', split_part(n.key, '/', 3), a.login, n.available_at, n.created_at) from notice n join account a on a.id = n.account_id
      order by 1`,
  );
  return found.map(({ row }) => row);
}

async function fill(db: Db, county: SmallCounty): Promise<string> {
  const area = county.villages[0].code;
  const village = {
    kind: 'policy_talk',
    subject: 'village',
    subjectId: area,
    areaCode: area,
    opensOn: '2018-01-09',
  } as const;
  await db.tx(county.actor, at('2018-01-09', '10:00'), async (tx) => {
    const sides = ['either', 'medical', 'cadre'] as const;
    const tasks = Array.from({ length: 18 }, (_, n) => ({
      ...village,
      sourceKey: `t${n}`,
      side: sides[n % 3] ?? 'either',
      dueOn: plusDays('2018-02-07', n),
      grace: n % 2,
      boundedUntil: n % 5 === 0 ? plusDays('2018-02-14', n) : null,
    }));
    await insertTasks(tx, county.countyCode, tasks, at('2018-01-09', '10:00'));
    await sql`insert into hold (county_code, area_code, task_id, from_on, to_on, reason, requested_by, requested_at, approved_at)
      select county_code, area_code, id, '2018-02-24', '2018-02-26', 'snow', ${county.planner}, '2018-02-20', '2018-02-20'
      from task where source_key in ('t2', 't5', 't8')`.execute(tx);
    await sql`insert into hold (county_code, area_code, task_id, from_on, to_on, reason, requested_by, requested_at, approved_at, lifted_at, lifted_on)
      select county_code, area_code, id, '2018-02-12', '2018-02-26', 'snow', ${county.planner}, '2018-02-10', '2018-02-10', '2018-02-12', '2018-02-23'
      from task where source_key in ('t1', 't4')`.execute(tx);
    const [first, second, third] = county.villages[0].households;
    const whose = { t3: first?.id, t6: second?.id, t9: third?.id, t12: first?.id, t13: second?.id };
    for (const [key, household] of Object.entries(whose))
      await sql`update task set household_id = ${household} where source_key = ${key}`.execute(tx);
    await sql`insert into presence (county_code, village_code, household_id, place, from_on, to_on, recorded_at)
      values (${county.countyCode}, ${area}, ${first?.id}, 'away', '2018-02-10', '2018-02-23', '2018-02-09')`.execute(
      tx,
    );
    await sql`insert into change_request (county_code, village_code, household_id, whole_household, kind, occurred_on, record_id, requested_at, requested_by, decided_at, decision, decided_by, reason)
      values (${county.countyCode}, ${area}, ${second?.id}, true, 'moved_out', '2018-02-01', gen_random_uuid(), '2018-02-09', ${county.villages[0].doctor}, '2018-02-24'::timestamptz, 'rejected', ${county.supervisor}::uuid, 'seen at home'),
        (${county.countyCode}, ${area}, ${third?.id}, true, 'moved_out', '2018-02-01', gen_random_uuid(), '2018-02-09', ${county.villages[0].doctor}, null, null, null, null)`.execute(
      tx,
    );
  });
  return area;
}

it('at any refinement of instants, twice and concurrently, a sweep gives the same rows', async () => {
  const outcomes: unknown[] = [];
  for (const extra of [0, 1, 2]) {
    const fresh = await freshDatabase();
    const db = openDb({ url: fresh.url });
    const county = await smallCounty(db);
    const area = await fill(db, county);
    const sweep = (asOf: Instant) => db.tx(county.actor, asOf, (tx) => sweepAgenda(tx, county.actor, area, asOf));
    for (let n = 0; n < DAYS; n++) {
      const morning = sweepAt(area, plusDays(FROM, n));
      if (extra === 0) await sweep(morning);
      else {
        const swept = await Promise.all([sweep(morning), sweep(morning)]);
        for (const { next } of swept) expect(next !== null && next > morning).toBe(true);
        for (let k = 1; k <= 3; k++) await sweep(plusMinutes(morning, k * extra * 211)); // into the evening, and past midnight
      }
    }
    outcomes.push(await written(db));
    await db.close();
    await fresh.drop();
  }
  expect(outcomes[0]).toHaveLength(new Set(outcomes[0] as string[]).size);
  expect((outcomes[0] as string[]).length).toBeGreaterThan(100);
  expect(outcomes[1]).toEqual(outcomes[0]);
  expect(outcomes[2]).toEqual(outcomes[0]);
});
