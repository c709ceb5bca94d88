import { expect, it } from 'vitest';
import { openCounty } from '../../src/places/acts.ts';
import { completeCalendar, insertCalendar, loadCalendar, spansOf } from '../../src/places/store.ts';
import { systemActor } from '../../src/platform/actor.ts';
import type { CivilDate } from '../../src/platform/civil.ts';
import { oneRow, rows, sql } from '../../src/platform/db.ts';
import { SETTLED } from '../fixtures/county.ts';
import { fileDatabase } from '../setup/county-database.ts';

const db = fileDatabase();
const COUNTY = '450803';
const system = systemActor(COUNTY);

it('opens a county with its days, its layers and an administrator who may bring the registers in', async () => {
  const admin = { login: 'admin', name: '系统管理员', email: 'admin@doorstep.example' };
  const actor = await db().tx(system, SETTLED, (tx) =>
    openCounty(
      tx,
      {
        code: COUNTY,
        name: '港南区',
        years: [2018],
        spans: [{ layer: 'migrants_home', fromOn: '2018-02-08', toOn: '2018-02-22', name: '春节返乡' }],
        admin,
      },
      SETTLED,
    ),
  );
  const seen = await db().tx(actor, SETTLED, (tx) =>
    oneRow(tx, sql`select i_am('admin') as admin, my_areas() as areas`),
  );
  expect(seen).toEqual({ admin: true, areas: [COUNTY] });
  expect(await db().tx(actor, SETTLED, (tx) => spansOf(tx, COUNTY))).toHaveLength(1);
  await expect(
    db().tx(system, SETTLED, (tx) => openCounty(tx, { code: COUNTY, name: '港南区', years: [], admin }, SETTLED)),
  ).rejects.toMatchObject({ faults: [{ code: 'login_in_use' }] });
});

it('throws for a day of a year that is not loaded, and answers once it is', async () => {
  const before = await db().tx(system, SETTLED, (tx) => loadCalendar(tx, COUNTY));
  expect(() => before.isWorkday('2017-12-29')).toThrow(RangeError);
  await db().tx(system, SETTLED, (tx) => insertCalendar(tx, COUNTY, [2017], '2018-01-08'));
  const after = await db().tx(system, SETTLED, (tx) => loadCalendar(tx, COUNTY));
  expect(after.workdaysAfter('2017-11-30', '2018-02-28')).toBe(60);
});

it('counts working days on from one year into the next, whichever was loaded first', async () => {
  const numbers = await db().tx(system, SETTLED, (tx) =>
    rows(tx, sql`select day, workday_no from calendar_day where day in ('2017-12-29', '2018-01-02') order by day`),
  );
  expect(numbers).toEqual([
    { day: '2017-12-29', workday_no: 249 },
    { day: '2018-01-02', workday_no: 250 },
  ]);
});

it('marks a year whose notice is not out on the story’s day, and takes the notice when it comes', async () => {
  await db().tx(system, SETTLED, async (tx) => {
    const provisional = async () =>
      rows(
        tx,
        sql<{
          year: number;
          days: number;
          worked: number;
        }>`select extract(year from day)::integer as year, count(*) as days,
          count(*) filter (where workday) as worked from calendar_day where provisional group by 1 order by 1`,
      );
    await insertCalendar(tx, COUNTY, [2019], '2018-01-08');
    expect(await provisional()).toEqual([{ year: 2019, days: 365, worked: 250 }]); // 261 from Monday to Friday, 11 of them off by law
    await completeCalendar(tx, COUNTY, 2019, '2018-12-05');
    expect(await provisional()).toHaveLength(1);
    await completeCalendar(tx, COUNTY, 2019, '2018-12-06');
    expect(await provisional()).toEqual([]);
    const day = (on: CivilDate) => oneRow(tx, sql`select workday from calendar_day where day = ${on}`);
    expect([await day('2019-02-02'), await day('2019-02-08')]).toEqual([{ workday: true }, { workday: false }]);
  });
});

it('never serves the days of one database from another’s cache', async () => {
  const calendar = await db().tx(system, SETTLED, async (tx) => {
    await sql`update calendar_day set workday = false where county_code = ${COUNTY} and day = '2018-01-09'`.execute(tx);
    return loadCalendar(tx, COUNTY);
  });
  expect(calendar.isWorkday('2018-01-09')).toBe(false);
});
