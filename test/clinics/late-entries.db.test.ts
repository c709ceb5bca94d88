// test/clinics/late-entries.db.test.ts: a session entered after its day: a reason, a column of its own, and in the goal only with its signed sheets.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { checkIn } from '../../src/clinics/acts/desk.ts';
import { closeSession, fileSheets, reportSession } from '../../src/clinics/acts/report.ts';
import * as acts from '../../src/clinics/acts.ts';
import { board, sessionReply } from '../../src/clinics/board.ts';
import { countsForGoal, isLateEntry } from '../../src/clinics/rules.ts';
import type { NewSession } from '../../src/clinics/schema.ts';
import type { AccountActor } from '../../src/platform/actor.ts';
import { at, type CivilDate, type Instant } from '../../src/platform/civil.ts';
import { type Db, oneRow, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import { insertTasks } from '../../src/tasks/store.ts';
import { COUNTY, type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Db;
let county: SmallCounty;
let desk: AccountActor;
let planner: AccountActor;
let campaignId: string;
let places = 0;
const NOW = at('2018-02-10', '10:00');

beforeAll(async () => {
  database = await freshDatabase();
  db = openDb({ url: database.url });
  county = await smallCounty(db);
  desk = { kind: 'account', countyCode: COUNTY, accountId: county.towns[0].facility[0] };
  planner = { ...desk, accountId: county.planner };
  campaignId = await db.tx(county.actor, NOW, async (tx) => {
    const { id } = await oneRow(
      tx,
      sql<{
        id: string;
      }>`insert into campaign (county_code, key, name, window_from, window_to, notice_no, notice_on, definition, created_by, created_at)
        values (${COUNTY}, 'winter', '冬', '2017-12-01', '2018-02-28', 'x', '2018-01-09', ${JSON.stringify({ areas: [COUNTY] })}, ${county.planner}, ${NOW}) returning id`,
    );
    const owed = {
      kind: 'clinic',
      subject: 'town' as const,
      side: 'facility' as const,
      opensOn: '2018-01-09' as const,
      dueOn: '2018-02-28' as const,
    };
    const [town] = county.towns;
    await insertTasks(
      tx,
      COUNTY,
      [{ sourceKey: 'owed', subjectId: town.code, areaCode: town.code, campaignId: id, ...owed }],
      NOW,
    );
    return id;
  });
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const as = <T>(asOf: Instant, work: (tx: Tx) => Promise<T>): Promise<T> => db.tx(desk, asOf, work);
const plan = (heldOn: CivilDate, more: Partial<NewSession> = {}, asOf = NOW): Promise<string> =>
  as(asOf, (tx) => {
    const hours = { fromTime: '09:00', toTime: '16:00', place: `卫生院 ${++places}` } as const;
    return acts.planSession(tx, desk, { campaignId, areaCode: county.towns[0].code, heldOn, ...hours, ...more }, asOf);
  });
const opened = async (id: string, asOf = NOW): Promise<void> => {
  const staff = [{ accountId: county.towns[0].facility[1], profession: 'doctor' as const }];
  await as(asOf, (tx) => acts.staffSession(tx, desk, id, { staff }, asOf));
  await db.tx(planner, asOf, (tx) => acts.announce(tx, planner, id, asOf));
  await as(asOf, (tx) => acts.openSession(tx, desk, id, asOf));
};
const signed = (id: string, services: number, asOf = NOW) =>
  as(asOf, (tx) => checkIn(tx, desk, id, { name: '张三', services }, asOf));
const shown = (id: string) => as(NOW, (tx) => sessionReply(tx, desk, id));
const sheet = (text: string, lines: number) => ({
  sha256: createHash('sha256').update(text).digest('hex'),
  reference: '卫生院档案 2018-3',
  lines,
});
const goal = () =>
  db.tx(county.actor, NOW, (tx) =>
    rows(
      tx,
      sql<{
        counts: boolean;
        owed: string | null;
      }>`select clinic_counts(s) as counts, (select close_reason from task where source_key = 'owed') as owed
        from clinic_session s where exists (select from clinic_stage g where g.session_id = s.id and g.stage = 'reported') order by s.created_at, s.place`,
    ),
  );

it('one name with 40 services, planned for a day that has passed, is a late entry and counts for nothing until it is proved', async () => {
  await expect(plan('2018-02-05')).rejects.toMatchObject({
    faults: [{ code: 'clinic_late_reason', field: '/lateReason' }],
  });
  const id = await plan('2018-02-05', { lateReason: '乡里停电三天' });
  await opened(id);
  await signed(id, 40);
  await as(NOW, (tx) => closeSession(tx, desk, id, NOW));
  await as(NOW, (tx) => reportSession(tx, desk, id, NOW));
  expect(await shown(id)).toMatchObject({
    lateReason: '乡里停电三天',
    signInEvidence: true,
    sheetLines: 0,
    counts: false,
  });
  expect(await goal()).toEqual([{ counts: false, owed: null }]);
  const told = await db.tx(county.actor, NOW, (tx) => rows(tx, sql`select from notice where subject_id = ${id}`));
  expect(told).toEqual([]); // nobody is asked to come to a day that has passed

  const before = await db.tx(planner, NOW, (tx) => board(tx, planner, campaignId, '2018-02-10'));
  expect(before).toMatchObject({
    sessions: 0,
    persons: 0,
    personTimes: 0,
    professionals: 0,
    meanPersonTimes: null,
    lateEntries: { sessions: 1, counted: 0, persons: 1, personTimes: 40, professionals: 1 },
  });
  expect(before.emptyTowns).toContain(county.towns[0].code);

  await as(NOW, (tx) => fileSheets(tx, desk, id, { sheets: [sheet('a', 25)] }, NOW));
  expect(await goal()).toEqual([{ counts: false, owed: null }]);
  await expect(
    as(NOW, (tx) => fileSheets(tx, desk, id, { sheets: [sheet('b', 15), sheet('a', 25)] }, NOW)),
  ).rejects.toMatchObject({ faults: [{ code: 'clinic_sheet_filed', field: '/sheets/1/sha256' }] });
  await as(NOW, (tx) => fileSheets(tx, desk, id, { sheets: [sheet('b', 15)] }, NOW));
  expect(await goal()).toEqual([{ counts: true, owed: 'done' }]);
  const after = await db.tx(planner, NOW, (tx) => board(tx, planner, campaignId, '2018-02-10'));
  expect(after).toMatchObject({ sessions: 0, lateEntries: { sessions: 1, counted: 1 } });
  expect(after.emptyTowns).not.toContain(county.towns[0].code);
});

it('a session closed more than three days after its day says why', async () => {
  const id = await plan('2018-02-12');
  await opened(id, at('2018-02-12', '09:00'));
  const [third, fourth] = [at('2018-02-15', '23:00'), at('2018-02-16', '08:00')];
  const close = (asOf: Instant, reason?: string) => as(asOf, (tx) => closeSession(tx, desk, id, asOf, reason));
  await expect(close(fourth)).rejects.toThrow('clinic_late_reason at /lateReason');
  await close(fourth, '过年,签到表留在村里');
  expect(await shown(id)).toMatchObject({ stage: 'closed', lateReason: '过年,签到表留在村里', counts: false });

  const inTime = await plan('2018-02-12');
  await opened(inTime, at('2018-02-12', '09:00'));
  await as(third, (tx) => closeSession(tx, desk, inTime, third));
  expect(await shown(inTime)).toMatchObject({ lateReason: null, counts: true });
  expect(isLateEntry('close', '2018-02-12', '2018-02-15')).toBe(false);
});

it('is not moved to a day that has passed, and has no sheets before it is held', async () => {
  const id = await plan('2018-02-20');
  const to = { heldOn: '2018-02-09', fromTime: '09:00', toTime: '16:00', place: '别处', reason: '提前了' } as const;
  await expect(as(NOW, (tx) => acts.reschedule(tx, desk, id, to, NOW))).rejects.toThrow('clinic_day_passed');
  await expect(as(NOW, (tx) => fileSheets(tx, desk, id, { sheets: [sheet('c', 1)] }, NOW))).rejects.toThrow(
    'clinic_not_held',
  );
});

it('counts in SQL exactly when it counts by the rule', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 4 }),
      fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 4 }),
      async (late, services, lines) => {
        const found = await db
          .tx(county.actor, NOW, async (tx) => {
            const { id } = await oneRow(
              tx,
              sql<{
                id: string;
              }>`insert into clinic_session (county_code, area_code, held_on, from_time, to_time, place, late_reason, created_by, created_at)
                values (${COUNTY}, ${county.towns[1].code}, '2018-02-01', '09:00', '10:00', 'random', ${late ? 'x' : null}, ${county.planner}, ${NOW}) returning id`,
            );
            await sql`insert into clinic_attendance (county_code, session_id, area_code, name, services, recorded_at, account_id)
              select ${COUNTY}, ${id}, ${county.towns[1].code}, 'n', n, ${NOW}, ${county.planner} from unnest(${services}::integer[]) n`.execute(
              tx,
            );
            await sql`insert into clinic_sheet (county_code, sha256, session_id, area_code, reference, lines, at, account_id)
              select ${COUNTY}, encode(sha256(n::text::bytea), 'hex'), ${id}, ${county.towns[1].code}, 'r', lines, ${NOW}, ${county.planner}
              from unnest(${lines}::integer[]) with ordinality as l(lines, n)`.execute(tx);
            const { counts } = await oneRow(
              tx,
              sql<{ counts: boolean }>`select clinic_counts(s) as counts from clinic_session s where id = ${id}`,
            );
            throw Object.assign(new Error('undone'), { counts });
          })
          .catch((error: { counts?: boolean }) => error.counts);
        const sum = (all: readonly number[]) => all.reduce((a, b) => a + b, 0);
        expect(found).toBe(countsForGoal(late, sum(services), sum(lines)));
      },
    ),
    { numRuns: 60 },
  );
});
