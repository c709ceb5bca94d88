import { afterAll, beforeAll, expect, it } from 'vitest';
import { at, type Instant } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import { startSeries, sweepRegister } from '../../src/supervision/acts/register.ts';
import { COUNTY, type SmallCounty, smallCounty, testKeys } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Db;
let county: SmallCounty;

beforeAll(async () => {
  database = await freshDatabase();
  db = openDb({ url: database.url });
  county = await smallCounty(db);
});
afterAll(async () => {
  await db.close();
  await database.drop();
});

const run = <T>(asOf: Instant, work: (tx: Tx) => Promise<T>): Promise<T> => db.tx(county.actor, asOf, work);
const sweep = (asOf: Instant) => run(asOf, (tx) => sweepRegister(tx, county.actor, testKeys, asOf));
const nextOn = (key: string) =>
  run(at('2018-01-30', '08:00'), async (tx) =>
    (await rows(tx, sql<{ nextOn: string }>`select next_on as "nextOn" from recurrence where key = ${key}`)).map(
      (row) => row.nextOn,
    ),
  );
const start = (what: 'clinic' | 'round', key: string, nextOn: `${number}-${number}-${number}`, rule: object) => {
  const asOf = at('2018-01-30', '08:00');
  return run(asOf, (tx) => startSeries(tx, county.actor, { key, what, rule, nextOn }, asOf));
};

it('sweeps at 02:00, looks again at the next 02:00, and never ends', async () => {
  expect(await sweep(at('2018-01-30', '01:59'))).toEqual({
    next: at('2018-01-30', '02:00'),
    ended: false,
    more: false,
  });
  expect(await sweep(at('2018-01-30', '02:00'))).toEqual({
    next: at('2018-01-31', '02:00'),
    ended: false,
    more: false,
  });
});

it('reviews once a night, however often it is woken', async () => {
  await sweep(at('2018-01-30', '02:00'));
  expect(await nextOn('followups/review')).toEqual(['2018-01-31']);
  await sweep(at('2018-01-30', '14:00'));
  expect(await nextOn('followups/review')).toEqual(['2018-01-31']);
});

it('forgets the answers that nobody will ask for again', async () => {
  const [{ doctor }] = county.villages;
  const kept = (key: string, at: Instant) =>
    sql`insert into idempotency (county_code, account_id, key, request_hash, status, response, at)
      values (${COUNTY}, ${doctor}, ${key}, '', 201, '{}', ${at})`.execute(db.systemKysely);
  await kept('old', at('2018-01-01', '01:00'));
  await kept('young', at('2018-01-02', '08:00'));
  await sweep(at('2018-01-31', '02:00'));
  const left = await run(at('2018-01-31', '03:00'), (tx) =>
    rows(tx, sql<{ key: string }>`select key from idempotency`),
  );
  expect(left).toEqual([{ key: 'young' }]);
});

it('plans the sessions of a series once each, and after an outage only those still ahead', async () => {
  const rule = {
    areaCode: county.towns[0].code,
    fromTime: '09:00',
    toTime: '12:00',
    place: '集市',
    everyDays: 7,
    leadDays: 10,
    plannedBy: county.planner,
  };
  expect(await start('clinic', 'clinic/market', '2018-02-01', rule)).toBe(true);
  expect(await start('clinic', 'clinic/market', '2018-02-01', rule)).toBe(false);
  const held = () =>
    run(at('2018-02-01', '08:00'), async (tx) =>
      (
        await rows(tx, sql<{ on: string }>`select held_on as on from clinic_session where place = '集市' order by 1`)
      ).map((row) => row.on),
    );
  await Promise.all([1, 2].map(() => sweep(at('2018-02-01', '02:00'))));
  expect(await held()).toEqual(['2018-02-11']);
  await sweep(at('2018-02-28', '02:00')); // four weeks later: 02-18 and 02-25 have passed
  expect(await held()).toEqual(['2018-02-11', '2018-03-04']);
  expect(await nextOn('clinic/market')).toEqual(['2018-03-01']);
});

it('announces the round of each period by natural key, with its seed sealed', async () => {
  const rule = {
    areaCode: COUNTY,
    rule: { kinds: ['policy_talk'], lot: 'town', perLot: 5 },
    everyMonths: 1,
    plannedBy: county.planner,
  };
  await start('round', 'round/monthly', '2018-02-01', rule);
  for (const night of ['2018-02-01', '2018-02-02', '2018-03-01'] as const) await sweep(at(night, '02:00'));
  const rounds = await run(at('2018-03-01', '08:00'), (tx) =>
    rows(
      tx,
      sql<object>`select period_from as from, period_to as to, (rule ? 'sealedSeed') as sealed from round order by 1`,
    ),
  );
  expect(rounds).toEqual([
    { from: '2018-02-01', to: '2018-02-28', sealed: true },
    { from: '2018-03-01', to: '2018-03-31', sealed: true },
  ]);
});

it('a thing that is refused leaves a trace and does not stop the night', async () => {
  const rule = {
    areaCode: '450803999',
    fromTime: '09:00',
    toTime: '12:00',
    place: '无此镇',
    everyDays: 7,
    leadDays: 3,
    plannedBy: county.planner,
  };
  await start('clinic', 'clinic/nowhere', '2018-03-05', rule);
  await sweep(at('2018-03-05', '02:00'));
  const traces = await run(at('2018-03-05', '08:00'), (tx) =>
    rows(tx, sql<object>`select subject, detail from audit_entry where act = 'recurrence.refused'`),
  );
  expect(traces).toEqual([{ subject: 'clinic/nowhere', detail: { codes: ['clinic_town'] } }]);
  expect(await nextOn('clinic/nowhere')).toEqual(['2018-03-12']);
});

it('a paused series waits', async () => {
  await run(at('2018-03-05', '08:00'), (tx) =>
    sql`update recurrence set paused_by = ${county.planner} where key = 'clinic/nowhere'`.execute(tx),
  );
  await sweep(at('2018-03-12', '02:00'));
  expect(await nextOn('clinic/nowhere')).toEqual(['2018-03-12']);
});

it('keeps the calendar a year ahead of every night, without a hole', async () => {
  await sweep(at('2021-06-01', '02:00'));
  const days = await run(at('2021-06-01', '03:00'), (tx) =>
    rows(tx, sql<object>`select count(*) as days, max(day) as last, max(day) - min(day) + 1 as span from calendar_day`),
  );
  expect(days).toEqual([{ days: 2191, last: '2022-12-31', span: 2191 }]); // 2017 to 2022, six years with one leap day
});
