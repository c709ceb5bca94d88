import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Db, openDb } from '../../src/platform/db.ts';
import { expectedWorkflows, reconcile } from '../../src/platform/reconcile.ts';
import { COUNTY, SETTLED, type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';

let db: Db;
let drop: () => Promise<void>;
let county: SmallCounty;
beforeAll(async () => {
  const database = await freshDatabase();
  drop = database.drop;
  db = openDb({ url: database.url });
  county = await smallCounty(db);
});
afterAll(async () => {
  await db.close();
  await drop();
});

const expected = () => db.tx(county.actor, SETTLED, (tx) => expectedWorkflows(tx, COUNTY));

describe('the workflows that should exist', () => {
  it('are an agenda for each area that owes something, and the county’s courier and register', async () => {
    expect(await expected()).toEqual([
      ...county.villages.map(({ code }) => `agenda/${code}`),
      'courier/450803/email',
      'register/450803',
    ]);
  });

  it('include a drive until it is closed or cancelled', async () => {
    const { rows } = await db.systemPool.query(
      `insert into campaign (county_code, key, name, window_from, window_to, notice_no, notice_on, definition, created_by, created_at)
       values ($1, 'a', 'a', '2018-01-01', '2018-02-01', 'n', '2018-01-01', '{}', $2, $3) returning id`,
      [COUNTY, county.planner, SETTLED],
    );
    const id = `campaign/${rows[0].id}`;
    const stage = (seq: number, name: string) =>
      db.systemPool.query(
        'insert into campaign_stage (county_code, campaign_id, seq, stage, at) values ($1, $2, $3, $4, $5)',
        [COUNTY, rows[0].id, seq, name, SETTLED],
      );
    await stage(1, 'draft');
    expect(await expected()).toContain(id);
    await stage(2, 'cancelled');
    expect(await expected()).not.toContain(id);
  });

  it('are asked for a page at a time, none twice and none left out', async () => {
    const all = await expected();
    const paged: string[] = [];
    for (let page = ['']; page.length > 0; ) {
      page = await db.tx(county.actor, SETTLED, (tx) => expectedWorkflows(tx, COUNTY, paged.at(-1) ?? '', 2));
      paged.push(...page);
    }
    expect(paged).toEqual(all);
  });
});

describe('reconcile', () => {
  it('wakes every one of them', async () => {
    const woken: string[] = [];
    expect(await reconcile(db, COUNTY, SETTLED, async (id) => void woken.push(id), 10_000)).toBe(woken.length);
    expect(woken.sort()).toEqual((await expected()).sort());
  });

  it('leaves it to the one that is at it, and takes over when that one dies', async () => {
    const begun = Promise.withResolvers<void>();
    const dies = Promise.withResolvers<void>();
    const first = reconcile(db, COUNTY, SETTLED, async () => {
      begun.resolve();
      await dies.promise;
    });
    await begun.promise;
    expect(await reconcile(db, COUNTY, SETTLED, async () => {})).toBeNull();
    dies.reject(new Error('Temporal is away'));
    await expect(first).rejects.toThrow('Temporal is away');
    expect(await reconcile(db, COUNTY, SETTLED, async () => {}, 10_000)).toBeGreaterThan(0);
  });
});
