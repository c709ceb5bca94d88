import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { checkIn, recordFinding } from '../../src/clinics/acts/desk.ts';
import { closeSession, reportSession } from '../../src/clinics/acts/report.ts';
import * as acts from '../../src/clinics/acts.ts';
import { board, sessionReply } from '../../src/clinics/board.ts';
import type { NewSession } from '../../src/clinics/schema.ts';
import type { AccountActor, Actor } from '../../src/platform/actor.ts';
import { at, type Instant } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import { insertTasks } from '../../src/tasks/store.ts';
import { COUNTY, type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Db;
let county: SmallCounty;
let planner: AccountActor;
let desk: AccountActor;
let campaignId: string;
let places = 0;

beforeAll(async () => {
  database = await freshDatabase();
  db = openDb({ url: database.url });
  county = await smallCounty(db);
  planner = { kind: 'account', countyCode: COUNTY, accountId: county.planner };
  desk = { kind: 'account', countyCode: COUNTY, accountId: county.towns[0].facility[0] };
  campaignId = await asSystem(async (tx) => {
    const [made] = await rows(
      tx,
      sql<{
        id: string;
      }>`insert into campaign (county_code, key, name, window_from, window_to, notice_no, notice_on, definition, created_by, created_at)
        values (${COUNTY}, 'winter', '冬季暖心', '2017-12-01', '2018-02-28', 'x', '2018-01-09', ${JSON.stringify({ areas: [COUNTY] })}, ${county.planner}, ${at('2018-01-08', '18:00')})
        returning id`,
    );
    if (!made) throw new Error('no campaign');
    return made.id;
  });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});
beforeEach(() => {
  places++;
});

const asSystem = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => db.tx(county.actor, at('2018-01-30', '08:00'), work);
const as = <T>(actor: Actor, asOf: Instant, work: (tx: Tx) => Promise<T>): Promise<T> => db.tx(actor, asOf, work);
const DAY = at('2018-02-07', '09:00');
const MORNING = at('2018-01-30', '08:00');

const plan = (more: Partial<NewSession> = {}): Promise<string> =>
  as(planner, MORNING, (tx) =>
    acts.planSession(
      tx,
      planner,
      {
        campaignId,
        areaCode: county.towns[0].code,
        heldOn: '2018-02-07',
        fromTime: '09:00',
        toTime: '16:00',
        place: `卫生院 ${places}`,
        ...more,
      },
      MORNING,
    ),
  );
const staff = (id: string, accounts: readonly string[] = [county.towns[0].facility[0], county.towns[0].facility[1]]) =>
  as(planner, MORNING, (tx) =>
    acts.staffSession(
      tx,
      planner,
      id,
      {
        staff: accounts.map((accountId, n) => ({
          accountId,
          profession: n === 0 ? ('doctor' as const) : ('other' as const),
        })),
      },
      MORNING,
    ),
  );
const opened = async (): Promise<string> => {
  const id = await plan();
  await staff(id);
  await as(planner, MORNING, (tx) => acts.announce(tx, planner, id, MORNING));
  await as(desk, DAY, (tx) => acts.openSession(tx, desk, id, DAY));
  return id;
};
const person = (n: number): string => {
  const found = county.villages[0].households.flatMap((household) => household.persons)[n];
  if (!found) throw new Error('the fixture has no such person');
  return found.id;
};
const faults = (error: unknown): unknown => (error as { faults?: unknown }).faults;

describe('planning', () => {
  it('takes one session a town, day and place', async () => {
    await plan();
    await expect(plan()).rejects.toThrow('clinic_planned_twice');
  });

  it('says everything that is wrong at once, and writes nothing', async () => {
    const before = await asSystem((tx) => rows(tx, sql`select from clinic_session`));
    const wrong = plan({ heldOn: '2018-03-01', toTime: '08:00', villageCode: county.villages[3].code });
    const found = faults(await wrong.catch((error: unknown) => error)) as { code: string; field: string }[];
    expect(found.map(({ code, field }) => `${code} ${field}`)).toEqual([
      'clinic_times /toTime',
      'clinic_village /villageCode',
      'clinic_outside_window /heldOn',
    ]);
    expect(await asSystem((tx) => rows(tx, sql`select from clinic_session`))).toHaveLength(before.length);
  });

  it("is not done for another town's", async () => {
    const other: AccountActor = { ...desk, accountId: county.towns[1].facility[0] };
    const session = {
      areaCode: county.towns[0].code,
      heldOn: '2018-02-07',
      fromTime: '09:00',
      toTime: '16:00',
      place: '街',
    } as const;
    await expect(as(other, MORNING, (tx) => acts.planSession(tx, other, session, MORNING))).rejects.toThrow(
      'clinic_other_area',
    );
  });

  it('names staff who are accounts of the county, and says which is not', async () => {
    const id = await plan();
    await expect(staff(id, [county.towns[0].facility[0], '00000000-0000-7000-8000-000000000000'])).rejects.toThrow(
      'clinic_staff_unknown at /staff/1/accountId',
    );
    expect((await as(planner, MORNING, (tx) => sessionReply(tx, planner, id))).stage).toBe('planned');
  });
});

describe('the story of a session', () => {
  it('tells each of its staff once for each day it is held on, and nobody by name', async () => {
    const id = await plan();
    await staff(id);
    const step = at('2018-02-02', '08:00');
    await as(county.actor, step, (tx) => acts.takeSessionStep(tx, county.actor, id, step));
    await as(county.actor, step, (tx) => acts.takeSessionStep(tx, county.actor, id, step));
    const told = () =>
      asSystem((tx) =>
        rows(
          tx,
          sql<{ key: string; params: object }>`select key, params from notice where subject_id = ${id} order by key`,
        ),
      );
    expect(await told()).toHaveLength(2);
    expect(JSON.stringify(await told())).not.toContain('演示');

    await as(planner, step, (tx) =>
      acts.reschedule(
        tx,
        planner,
        id,
        { heldOn: '2018-02-09', fromTime: '09:00', toTime: '15:00', place: `礼堂 ${places}`, reason: '下雪' },
        step,
      ),
    );
    const look = await as(county.actor, step, (tx) => acts.lookAtSession(tx, county.actor, id, step));
    expect(look).toMatchObject({ ended: false, due: null, next: at('2018-02-06', '08:00') });
    const again = at('2018-02-06', '08:00');
    await as(county.actor, again, (tx) => acts.takeSessionStep(tx, county.actor, id, again));
    expect(await told()).toHaveLength(4);
    const moved = await as(planner, again, (tx) => sessionReply(tx, planner, id));
    expect(moved).toMatchObject({ heldOn: '2018-02-09', toTime: '15:00', stage: 'announced', staff: 2 });
    expect(moved.history.map(({ stage }) => stage)).toEqual([
      'planned',
      'staffed',
      'announced',
      'rescheduled',
      'announced',
    ]);
  });

  it('is announced by a supervisor of the town to staff who are others', async () => {
    const id = await plan();
    await staff(id);
    const supervisor: AccountActor = {
      kind: 'account',
      countyCode: county.countyCode,
      accountId: county.towns[0].supervisor,
    };
    await as(supervisor, MORNING, (tx) => acts.announce(tx, supervisor, id, MORNING));
    expect(await asSystem((tx) => rows(tx, sql`select from notice where subject_id = ${id}`))).toHaveLength(2);
  });

  it('reminds the planner once that nobody is named', async () => {
    const id = await plan();
    const step = at('2018-02-02', '08:00');
    for (const _ of [1, 2]) await as(county.actor, step, (tx) => acts.takeSessionStep(tx, county.actor, id, step));
    const told = await asSystem((tx) =>
      rows(
        tx,
        sql<{
          account: string;
          words: string;
        }>`select account_id as account, params->>'words' as words from notice where subject_id = ${id}`,
      ),
    );
    expect(told).toEqual([{ account: county.planner, words: 'clinics.notice.unstaffed' }]);
  });

  it('of two who move it at once, one wins and the other is told', async () => {
    const id = await plan();
    const both = await Promise.allSettled(
      [1, 2].map(() => as(planner, MORNING, (tx) => acts.cancel(tx, planner, id, '大雪', MORNING))),
    );
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    const { history } = await as(planner, MORNING, (tx) => sessionReply(tx, planner, id));
    expect(history.map(({ stage }) => stage)).toEqual(['planned', 'cancelled']);
    expect(await as(county.actor, MORNING, (tx) => acts.lookAtSession(tx, county.actor, id, MORNING))).toMatchObject({
      ended: true,
    });
  });

  it('does not open before its day', async () => {
    const id = await plan();
    await staff(id);
    await as(planner, MORNING, (tx) => acts.announce(tx, planner, id, MORNING));
    await expect(as(desk, MORNING, (tx) => acts.openSession(tx, desk, id, MORNING))).rejects.toThrow(
      'clinic_too_early',
    );
  });
});

describe('at the desk', () => {
  it('a known person counts once, however often she comes; services add up', async () => {
    const id = await opened();
    const sign = (who: Parameters<typeof checkIn>[3]) => as(desk, DAY, (tx) => checkIn(tx, desk, id, who, DAY));
    const first = await sign({ personId: person(0), services: 3 });
    expect(await sign({ personId: person(0), services: 1 })).toEqual({ ...first, again: true });
    await sign({ name: '过路人', services: 1 });
    await sign({ name: '过路人', services: 2 });
    const session = await as(desk, DAY, (tx) => sessionReply(tx, desk, id));
    expect(session).toMatchObject({ persons: 3, personTimes: 6, professionals: 1, staff: 2, signInEvidence: false });
  });

  it('does not close over a finding without a disposition, and names which', async () => {
    const id = await opened();
    const { attendanceId } = await as(desk, DAY, (tx) =>
      checkIn(tx, desk, id, { personId: person(1), services: 1 }, DAY),
    );
    await as(desk, DAY, (tx) => recordFinding(tx, desk, id, { attendanceId, finding: '血压高' }, DAY));
    const refused = await as(desk, DAY, (tx) => closeSession(tx, desk, id, DAY)).catch((error: unknown) => error);
    expect(faults(refused)).toEqual([{ code: 'clinic_finding_open', field: `/attendance/${attendanceId}` }]);

    for (const _ of [1, 2])
      await as(desk, DAY, (tx) =>
        recordFinding(tx, desk, id, { attendanceId, finding: '血压高', disposition: 'referral' }, DAY),
      );
    const checks = await asSystem((tx) =>
      rows(
        tx,
        sql<{
          area: string;
          due: string;
        }>`select area_code as area, due_on as due from task where kind = 'referral_check' and person_id = ${person(1)}`,
      ),
    );
    expect(checks).toEqual([{ area: county.villages[0].code, due: '2018-02-21' }]);
    await as(desk, DAY, (tx) => closeSession(tx, desk, id, DAY));
    await expect(as(desk, DAY, (tx) => checkIn(tx, desk, id, { name: '晚到', services: 1 }, DAY))).rejects.toThrow(
      'clinic_not_open',
    );
  });

  it("discharges the town's clinic task with the report, and only its own town's", async () => {
    const owed = (area: string) => ({
      sourceKey: `clinic-test/${area}/${places}`,
      kind: 'clinic',
      subject: 'town' as const,
      subjectId: area,
      areaCode: area,
      side: 'facility' as const,
      opensOn: '2018-01-09' as const,
      dueOn: '2018-02-28' as const,
      campaignId,
    });
    await asSystem((tx) =>
      insertTasks(
        tx,
        COUNTY,
        county.towns.map((town) => owed(town.code)),
        MORNING,
      ),
    );
    const id = await opened();
    await as(desk, DAY, (tx) => closeSession(tx, desk, id, DAY));
    const evening = at('2018-02-08', '10:00');
    await as(desk, evening, (tx) => reportSession(tx, desk, id, evening));
    const tasks = await asSystem((tx) =>
      rows(
        tx,
        sql<object>`select area_code as area, close_reason as reason, closed_on as "closedOn", closed_by as "closedBy" from task where kind = 'clinic' order by area_code`,
      ),
    );
    expect(tasks).toEqual([
      { area: county.towns[0].code, reason: 'done', closedOn: '2018-02-07', closedBy: id },
      { area: county.towns[1].code, reason: null, closedOn: null, closedBy: null },
    ]);
    await expect(as(desk, evening, (tx) => reportSession(tx, desk, id, evening))).rejects.toThrow('clinic_stage');
  });
});

it('the board shows towns and weeks, names the empty town, and counts somebody who came twice once', async () => {
  const id = await opened();
  await as(desk, DAY, (tx) => checkIn(tx, desk, id, { personId: person(0), services: 50 }, DAY));
  await as(desk, DAY, (tx) => closeSession(tx, desk, id, DAY));
  await as(desk, DAY, (tx) => reportSession(tx, desk, id, DAY));
  const cancelled = await plan({ areaCode: county.towns[1].code });
  await as(planner, MORNING, (tx) => acts.cancel(tx, planner, cancelled, '取消', MORNING));

  const shown = await as(planner, MORNING, (tx) => board(tx, planner, campaignId, '2018-01-30'));
  expect(shown.weeks[0]).toBe('2017-11-27');
  expect(shown.weeks).toHaveLength(14);
  expect(shown.emptyTowns).toEqual([county.towns[1].code]);
  expect([shown.daysAhead, shown.workdaysAhead]).toEqual([30, 19]); // STORY, day 61
  const oracle = await asSystem((tx) =>
    rows(
      tx,
      sql<{
        persons: number;
        times: number;
      }>`select count(distinct person_id) as persons, sum(services) as times from clinic_attendance a
      where session_id in (select session_id from clinic_stage where stage = 'reported')`,
    ),
  );
  expect(shown).toMatchObject({ persons: oracle[0]?.persons, personTimes: oracle[0]?.times, professionals: 1 });
  expect(shown.meanPersonTimes).toBe(Number(((oracle[0]?.times ?? 0) / shown.sessions).toFixed(1)));
});
