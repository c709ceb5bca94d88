import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { at, type Instant } from '../../src/platform/civil.ts';
import { sql } from '../../src/platform/db.ts';
import type { DomainError } from '../../src/platform/errors.ts';
import { type Decision, decideChange } from '../../src/population/acts.ts';
import { changesListed } from '../../src/population/store/changes.ts';
import { insertTasks } from '../../src/tasks/store.ts';
import type { SmallCounty, SmallVillage } from '../fixtures/county.ts';
import { ask, countyEachTest, doorsOf, record, send, someone, stop, tasksOf } from '../visits/stop.ts';

const { db, county: theCounty } = countyEachTest();
let county: SmallCounty;
let village: SmallVillage;
let doors: ReturnType<typeof doorsOf>;
const MORNING = at('2018-01-30', '09:00');
const LATER = at('2018-01-31', '10:00');
beforeEach(() => {
  county = theCounty();
  village = county.villages[0];
  doors = doorsOf(village);
});

/** A cadre tells at a door; the request that it made. */
async function told(
  body: Record<string, unknown>,
  more: Record<string, unknown>,
  householdId: string,
  asOf: Instant = MORNING,
): Promise<{ id: string; recordId: string }> {
  const found = record('not_met', body, more);
  await send(db(), village.cadre, stop(village, asOf, [found], { householdId }));
  const [made] = await ask(
    db(),
    county,
    sql<{ id: string }>`select id from change_request where record_id = ${String(found.id)}`,
  );
  return { id: String(made?.id), recordId: String(found.id) };
}
const decide = (accountId: string, id: string, said: Decision = { decision: 'approved' }) =>
  db().tx(someone(accountId), LATER, (tx) => decideChange(tx, someone(accountId), id, said, LATER));
const refused = (accountId: string, id: string, said?: Decision) =>
  decide(accountId, id, said).then(
    () => null,
    (error: DomainError) => error.faults[0]?.code,
  );
const waiting = (accountId: string) =>
  db().tx(someone(accountId), LATER, (tx) => changesListed(tx, county.countyCode, { waiting: true, after: null }, 100));
const DIED = { reason: 'died', occurredOn: '2018-01-25' };

describe('what was found at a door', () => {
  it('approved excuses what the dead owe on the day of the death, and is written into the register', async () => {
    const { id } = await told(DIED, { personId: doors.young.id }, doors.second.id);
    expect(await decide(county.towns[0].supervisor, id)).toEqual({ excused: 2 });
    const tasks = await tasksOf(db(), county, doors.second.id);
    expect(tasks.map(({ closeReason, closeDetail, closedOn }) => [closeReason, closeDetail, closedOn])).toEqual([
      ['excused', 'died', '2018-01-25'],
      ['excused', 'died', '2018-01-25'],
    ]);
    const [register] = await ask(
      db(),
      county,
      sql`select p.died_on, p.moved_out_on, (select count(*) from category_membership m where m.person_id = p.id and m.to_on is null) as categories,
        (select array_agg(distinct e.end_reason) from enrolment e where e.person_id = p.id) as ended,
        (select count(*) from person o where o.household_id = p.household_id and o.died_on is null) as left_behind
        from person p where p.id = ${doors.young.id}`,
    );
    expect(register).toEqual({
      died_on: '2018-01-25',
      moved_out_on: null,
      categories: 0,
      ended: ['died'],
      left_behind: 1,
    });
    expect(await refused(county.supervisor, id)).toBe('change_decided');
    expect(await waiting(county.supervisor)).toEqual([]);
  });

  it('rejected brings everything back as it was, with a reason, and may be asked again', async () => {
    const { id } = await told(DIED, { personId: doors.young.id }, doors.second.id);
    expect(await refused(county.supervisor, id, { decision: 'rejected' })).toBe('change_without_reason');
    expect(await decide(county.supervisor, id, { decision: 'rejected', reason: '本人在家' })).toEqual({ excused: 0 });
    expect((await tasksOf(db(), county, doors.second.id)).every(({ closeReason }) => closeReason === null)).toBe(true);
    expect(await ask(db(), county, sql`select id from person where died_on is not null`)).toEqual([]);
    expect((await ask(db(), county, sql`select workflow_id from wake`)).length).toBeGreaterThan(0);
    await told(DIED, { personId: doors.young.id }, doors.second.id, LATER);
    expect(await waiting(county.supervisor)).toHaveLength(1);
  });

  it('of a whole household closes everything at its door and at no other', async () => {
    await db().tx(county.actor, MORNING, (tx) =>
      insertTasks(
        tx,
        county.countyCode,
        [doors.first.id, doors.second.id].map((householdId) => ({
          sourceKey: `test/${randomUUID()}`,
          kind: 'policy_talk',
          subject: 'household' as const,
          subjectId: householdId,
          areaCode: village.code,
          householdId,
          side: 'either' as const,
          opensOn: '2018-01-09' as const,
          dueOn: '2018-02-01' as const,
        })),
        MORNING,
      ),
    );
    const { id } = await told({ reason: 'moved_out', wholeHousehold: true }, {}, doors.second.id);
    const [listed] = await waiting(county.towns[0].supervisor);
    expect(listed).toMatchObject({ id, kind: 'moved_out', wholeHousehold: true, personName: null, openTasks: 3 });
    expect(await decide(county.supervisor, id)).toEqual({ excused: 3 });
    expect((await tasksOf(db(), county, doors.first.id)).every(({ closeReason }) => closeReason === null)).toBe(true);
    const [ended] = await ask(
      db(),
      county,
      sql`select h.ended_on, (select count(*) from person p where p.household_id = h.id and p.moved_out_on is null) as left
        from household h where h.id = ${doors.second.id}`,
    );
    expect(ended).toEqual({ ended_on: '2018-01-30', left: 0 });
  });

  it('is decided by a supervisor of the area, never by whoever asked', async () => {
    const { id } = await told(DIED, { personId: doors.young.id }, doors.second.id);
    expect(await refused(county.towns[1].supervisor, id)).toBe('change_unknown');
    expect(await refused(village.cadre, id)).toBe('change_other_area');
    expect(await refused(county.planner, id)).toBe('change_other_area');
    await db().tx(county.actor, MORNING, (tx) =>
      sql`insert into role_grant (county_code, account_id, role, area_code, from_on) values (${county.countyCode}, ${village.cadre}, 'supervisor', ${village.code}, '2017-12-01')`.execute(
        tx,
      ),
    );
    expect(await refused(village.cadre, id)).toBe('change_own');
  });

  it('is withdrawn by the record that corrects it', async () => {
    const { id, recordId } = await told(DIED, { personId: doors.young.id }, doors.second.id);
    const edit = record('not_met', { reason: 'no_answer' }, { personId: doors.young.id, supersedes: recordId });
    await send(db(), village.cadre, stop(village, LATER, [edit], { householdId: doors.second.id }));
    expect(await ask(db(), county, sql`select decision from change_request`)).toEqual([{ decision: 'withdrawn' }]);
    expect(await refused(county.supervisor, id)).toBe('change_decided');
  });
});
