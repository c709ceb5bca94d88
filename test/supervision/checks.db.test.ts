import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountActor } from '../../src/platform/actor.ts';
import { at, type Instant } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import { putRight, recordChecklist, recordRevisit } from '../../src/supervision/acts/checks.ts';
import { copiedReadings } from '../../src/supervision/signals.ts';
import { checkSummary, findingsUnder } from '../../src/supervision/store/checks.ts';
import { COUNTY, type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';
import { visited } from './field.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Db;
let county: SmallCounty;
let supervisor: AccountActor;
const NOW: Instant = at('2018-01-30', '10:00');

beforeAll(async () => {
  database = await freshDatabase();
  db = openDb({ url: database.url });
  county = await smallCounty(db);
  supervisor = { kind: 'account', countyCode: COUNTY, accountId: county.towns[0].supervisor };
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const as = <T>(actor: AccountActor, work: (tx: Tx) => Promise<T>): Promise<T> => db.tx(actor, NOW, work);
const asSystem = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => db.tx(county.actor, NOW, work);
const account = (accountId: string): AccountActor => ({ kind: 'account', countyCode: COUNTY, accountId });
const supervisorOf = ({ townCode }: { townCode: string }) =>
  account((county.towns[0].code === townCode ? county.towns[0] : county.towns[1]).supervisor);
const first = <T>(list: readonly T[]): T => {
  const [found] = list;
  if (found === undefined) throw new Error('nothing there');
  return found;
};
const checklist = (more: object = {}) => ({
  teamId: county.villages[0].medicalTeam,
  occurredAt: at('2018-01-30', '09:00'),
  items: [
    { code: 'equipment', met: true },
    { code: 'notice_board', met: false, text: '公示栏没有更新' },
    {
      code: 'records',
      met: false,
      text: '缺 3 份记录',
      ownerId: county.villages[0].cadre,
      dueOn: '2018-02-02' as const,
    },
  ],
  ...more,
});
const tasksOf = (findings: readonly string[]) =>
  asSystem((tx) =>
    rows(
      tx,
      sql<object>`select t.kind, t.subject, t.area_code as area, t.side, t.due_on as due, t.close_reason as closed, t.closed_by = f.id as "byFinding"
        from finding f join task t on t.county_code = f.county_code and t.id = f.task_id where f.id = any(${[...findings]}::uuid[]) order by f.code`,
    ),
  );

describe('a checklist visit', () => {
  it("makes each unmet item a finding with an owner, a day and a task of its own, on the owner's side", async () => {
    const { findings } = await as(supervisor, (tx) => recordChecklist(tx, supervisor, checklist(), NOW));
    const area = county.villages[0].code;
    expect(await tasksOf(findings)).toEqual([
      {
        kind: 'rectification',
        subject: 'finding',
        area,
        side: 'medical',
        due: '2018-02-06',
        closed: null,
        byFinding: null,
      }, // five working days
      {
        kind: 'rectification',
        subject: 'finding',
        area,
        side: 'cadre',
        due: '2018-02-02',
        closed: null,
        byFinding: null,
      },
    ]);
    const woken = await asSystem((tx) =>
      rows(tx, sql<{ id: string }>`select workflow_id as id from wake where workflow_id like 'agenda/%'`),
    );
    expect(woken.map(({ id }) => id)).toContain(`agenda/${area}`);
  });

  it('is never made by a member of the team, nor outside the area, nor without words for what is wrong', async () => {
    const doctor = account(county.villages[0].doctor);
    await expect(as(doctor, (tx) => recordChecklist(tx, doctor, checklist(), NOW))).rejects.toThrow('check_own_team');
    const other = account(county.towns[1].supervisor);
    await expect(as(other, (tx) => recordChecklist(tx, other, checklist(), NOW))).rejects.toThrow('check_other_area');
    const wordless = checklist({ items: [{ code: 'records', met: false }] });
    await expect(as(supervisor, (tx) => recordChecklist(tx, supervisor, wordless, NOW))).rejects.toThrow(
      'finding_without_words at /items/0/text',
    );
  });

  it('is put right once, with a proof, which closes the task by the finding', async () => {
    const { findings } = await as(supervisor, (tx) => recordChecklist(tx, supervisor, checklist(), NOW));
    const finding = first(findings);
    const doctor = account(county.villages[0].doctor);
    await as(doctor, (tx) => putRight(tx, doctor, finding, { proof: '已换新公示,照片 2 张' }, NOW));
    expect(await tasksOf([finding])).toMatchObject([{ closed: 'done', byFinding: true }]);
    await expect(as(doctor, (tx) => putRight(tx, doctor, finding, { proof: '再来' }, NOW))).rejects.toThrow(
      'finding_put_right',
    );

    const open = await as(supervisor, (tx) => findingsUnder(tx, COUNTY, { open: 'true', limit: 100 }));
    expect(open.map(({ id }) => id)).not.toContain(finding);
    const outside = account(county.villages[3].doctor);
    expect(await as(outside, (tx) => findingsUnder(tx, COUNTY, { limit: 100 }))).toEqual([]);
    await expect(as(outside, (tx) => putRight(tx, outside, finding, { proof: '冒领' }, NOW))).rejects.toThrow(
      'finding_unknown',
    );
  });
});

describe('a re-visit', () => {
  it('is not made by whoever was at the visit', async () => {
    const [village] = county.villages;
    const recordId = await asSystem((tx) =>
      visited(tx, { village, household: first(village.households), day: '2018-01-29' }),
    );
    const revisit = { recordId, occurredAt: NOW, verdict: 'confirmed' as const };
    for (const who of [village.doctor, village.nurse])
      await expect(as(account(who), (tx) => recordRevisit(tx, account(who), revisit, NOW))).rejects.toThrow(
        'check_own_visit',
      );
  });

  it('is not earlier than the visit it looks into', async () => {
    const village = county.villages[0];
    const recordId = await asSystem((tx) =>
      visited(tx, { village, household: first(village.households), day: '2018-01-29', minute: 30 }),
    );
    const early = { recordId, occurredAt: at('2018-01-29', '09:00'), verdict: 'confirmed' } as const;
    await expect(as(supervisor, (tx) => recordRevisit(tx, supervisor, early, NOW))).rejects.toMatchObject({
      faults: [{ code: 'check_before_visit', field: '/occurredAt' }],
    });
    const later = { ...early, occurredAt: at('2018-01-29', '10:00') };
    await expect(as(supervisor, (tx) => recordRevisit(tx, supervisor, later, NOW))).resolves.toMatchObject({
      findings: [],
    });
  });

  it('keeps verified, not yet checked and refuted apart, the last word standing', async () => {
    const village = county.villages[1];
    const [a, b, c] = await asSystem((tx) =>
      Promise.all(
        [1, 2, 3].map((minute) =>
          visited(tx, { village, household: first(village.households), day: '2018-01-26', minute }),
        ),
      ),
    );
    if (!a || !b || !c) throw new Error('three visits');
    const say = (recordId: string, verdict: 'confirmed' | 'refuted', occurredAt: Instant) =>
      as(supervisor, (tx) =>
        recordRevisit(tx, supervisor, { recordId, occurredAt, verdict, note: '村民说没人来过' }, NOW),
      );
    await say(a, 'refuted', at('2018-01-29', '09:00'));
    await say(a, 'confirmed', at('2018-01-29', '15:00'));
    const { findings } = await say(b, 'refuted', at('2018-01-29', '10:00'));
    expect(await tasksOf(findings)).toMatchObject([{ kind: 'rectification', area: village.code, side: 'medical' }]);

    const { teams, towns } = await as(supervisor, (tx) => checkSummary(tx, COUNTY, { under: village.code }));
    expect(teams).toEqual([
      { areaCode: village.code, side: 'medical', visits: 3, records: 3, verified: 1, unchecked: 1, refuted: 1 },
    ]);
    expect(towns).toEqual([
      { areaCode: village.townCode, visits: 3, records: 3, verified: 1, unchecked: 1, refuted: 1 },
    ]);
    // a second thing done at the door of the last visit: one more record, no visit more
    await asSystem((tx) =>
      sql`insert into record (county_code, id, visit_id, visit_hash, area_code, kind, clinical, household_id, side, body, occurred_at, recorded_at, account_id, filing)
        select county_code, gen_random_uuid(), visit_id, visit_hash, area_code, 'contract', false, household_id, side, '{}', occurred_at, recorded_at, account_id, filing
        from record where id = ${c}`.execute(tx),
    );
    expect((await as(supervisor, (tx) => checkSummary(tx, COUNTY, { under: village.code }))).towns).toEqual([
      { areaCode: village.townCode, visits: 3, records: 4, verified: 1, unchecked: 2, refuted: 1 },
    ]);
    const none = await as(supervisor, (tx) => checkSummary(tx, COUNTY, { under: village.code, from: '2018-01-27' }));
    expect(none).toEqual({ teams: [], towns: [] });
  });
});

describe('the summary of checks', () => {
  const village = () => county.villages[3];
  const summed = async () =>
    (await as(supervisorOf(village()), (tx) => checkSummary(tx, COUNTY, { under: village().code }))).teams;

  it('counts visits beside their records, and a correction neither adds a visit nor wipes out what was refuted', async () => {
    const household = first(village().households);
    const talk = await asSystem((tx) =>
      visited(tx, { village: village(), household, day: '2018-01-24', also: ['verification', 'contract'] }),
    );
    await asSystem((tx) => visited(tx, { village: village(), household, day: '2018-01-25' }));
    const team = { areaCode: village().code, side: 'medical', visits: 2, records: 4 };
    expect(await summed()).toEqual([{ ...team, verified: 0, unchecked: 4, refuted: 0 }]);
    const checker = supervisorOf(village());
    const revisit = {
      recordId: talk,
      occurredAt: at('2018-01-29', '09:00'),
      verdict: 'refuted',
      note: '没来过',
    } as const;
    await as(checker, (tx) => recordRevisit(tx, checker, revisit, NOW));
    await asSystem((tx) =>
      visited(tx, { village: village(), household, day: '2018-01-24', corrects: talk, recordedAt: NOW }),
    );
    expect(await summed()).toEqual([{ ...team, verified: 0, unchecked: 3, refuted: 1 }]);
  });
});

describe('copied readings', () => {
  it('ask a team about one reading for five people in a day, or in a row over days, and leave an honest team alone', async () => {
    const [, , copying, honest] = county.villages;
    const campaign = await asSystem(async (tx) => {
      const people = (village: typeof copying) =>
        village.households.flatMap((household) => household.persons.map((who) => ({ household, personId: who.id })));
      for (const [n, { household, personId }] of people(copying).entries())
        await visited(tx, {
          village: copying,
          household,
          day: '2018-01-25',
          minute: n,
          reading: { personId, sbp: 128, dbp: 80 },
        });
      for (const [n, { household, personId }] of people(honest).entries())
        for (const day of ['2018-01-22', '2018-01-23'] as const)
          await visited(tx, {
            village: honest,
            household,
            day,
            minute: n,
            reading: { personId, sbp: 120 + 7 * n, dbp: 70 + n },
          });
      return first(
        await rows(
          tx,
          sql<{
            id: string;
          }>`insert into campaign (county_code, key, name, window_from, window_to, notice_no, notice_on, definition, created_by, created_at)
            values (${COUNTY}, 'winter', '冬', '2017-12-01', '2018-02-28', 'x', '2018-01-09', '{}', ${county.planner}, ${NOW}) returning id`,
        ),
      ).id;
    });
    const chief = account(county.supervisor);
    const { signals } = await as(chief, (tx) => copiedReadings(tx, chief, campaign));
    expect(signals.map(({ areaCode, kind, reading, n, of }) => ({ areaCode, kind, reading, n, of }))).toEqual(
      expect.arrayContaining([
        { areaCode: copying.code, kind: 'same_day', reading: '128/80', n: 5, of: 5 },
        { areaCode: copying.code, kind: 'consecutive', reading: '128/80', n: 5, of: 5 },
      ]),
    );
    expect(signals).toHaveLength(2);
    for (const { bound } of signals) expect(bound > 0 && bound < 0.01).toBe(true); // 0 of 10 elsewhere: Wilson's upper end is 0.28
    expect(JSON.stringify(signals)).not.toContain('verdict');
  });
});
