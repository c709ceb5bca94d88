import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { approveCampaign } from '../../src/campaigns/acts/draft.ts';
import { applyExtension, extendCampaign } from '../../src/campaigns/acts/extension.ts';
import { campaignFacts } from '../../src/campaigns/acts/facts.ts';
import { at, type CivilDate } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql } from '../../src/platform/db.ts';
import { goals } from '../../src/reports/goals.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';
import { as, doing, launched, NOTICE } from './drive.ts';

let database: Awaited<ReturnType<typeof freshDatabase>>;
let db: Db;
let county: SmallCounty;
let id: string;
beforeEach(async () => {
  database = await freshDatabase();
  db = openDb({ url: database.url });
  county = await smallCounty(db);
  ({ id } = await launched(db, county));
});
afterEach(async () => {
  await db.close();
  await database.drop();
});

const ask = <T>(question: ReturnType<typeof sql<T>>): Promise<T[]> =>
  db.tx(county.actor, NOTICE, (tx) => rows(tx, question));
const planner = () => as(county, county.planner);
const THU = at('2018-02-01', '09:00');
const open = () =>
  ask<{ kind: string; due_on: string; cycle: number; count: number }>(
    sql`select kind, due_on, cycle, count(*) from task where campaign_id = ${id} and closed_at is null and released_at is null group by 1, 2, 3 order by 1, 2`,
  );

describe('an extension', () => {
  it('keeps the old end in its stage row and plans every open task anew', async () => {
    const { moved } = await doing(db, planner(), THU, (tx) =>
      extendCampaign(tx, planner(), id, '2018-03-30', '雪灾延期', THU),
    );
    expect(moved).toBeGreaterThan(0);
    expect(await ask(sql`select window_to from campaign where id = ${id}`)).toEqual([{ window_to: '2018-03-30' }]);
    expect(
      await ask(
        sql`select detail -> 'extended' as extended from campaign_stage where campaign_id = ${id} order by seq desc limit 1`,
      ),
    ).toEqual([{ extended: { from: '2018-02-28', to: '2018-03-30' } }]);
    const found = await open();
    expect(found.filter(({ kind }) => kind === 'clinic')).toEqual([
      { kind: 'clinic', due_on: '2018-03-30', cycle: 1, count: 2 },
    ]);
    expect(found.filter(({ kind }) => kind === 'broadcast').map(({ due_on }) => due_on)).toEqual([
      '2018-02-02',
      '2018-02-02',
      '2018-02-14',
    ]); // the one missed, tomorrow
    expect(found.some(({ kind, due_on }) => kind === 'policy_talk' && due_on > '2018-02-28')).toBe(true);
  });

  const extend = (to: CivilDate, asOf = THU) =>
    doing(db, planner(), asOf, (tx) => extendCampaign(tx, planner(), id, to, '雪灾', asOf));
  const window = async () =>
    (await ask<{ to: string }>(sql`select window_to as to from campaign where id = ${id}`))[0]?.to;
  const sign = async (account: string, asOf = THU) =>
    doing(db, as(county, account), asOf, (tx) => approveCampaign(tx, as(county, account), id, null, asOf));
  const apply = () => doing(db, county.actor, THU, (tx) => applyExtension(tx, county.actor, id, THU));

  it('needs every bureau anew beyond thirty days from the signed end, over all extensions', async () => {
    expect(await extend('2018-03-20')).toMatchObject({ to: '2018-03-20', waitsFor: [] });
    expect(await extend('2018-03-31')).toMatchObject({ to: '2018-03-20', waitsFor: ['health', 'poverty'], moved: 0 });
    expect(await window()).toBe('2018-03-20');
    expect(
      await ask(sql`select distinct params ->> 'words' as words from notice where params ->> 'words' like '%asked'`),
    ).toEqual([{ words: 'notices.campaign.asked' }]);
    await sign(county.bureauHealth);
    expect(await apply()).toBe(false);
    await extend('2018-04-02'); // another end: what was signed is not signed of this one
    await sign(county.bureauPoverty);
    expect(await apply()).toBe(false);
    await sign(county.bureauHealth);
    expect(await doing(db, county.actor, THU, (tx) => campaignFacts(tx, county.actor, id, THU))).toMatchObject({
      extensionSigned: true,
    });
    expect([await apply(), await apply(), await window()]).toEqual([true, false, '2018-04-02']);
    expect(await extend('2018-05-02')).toMatchObject({ waitsFor: [] }); // thirty days from what they signed last
  });

  it('does not move by a request that nobody signed, and lets it be withdrawn', async () => {
    await extend('2018-12-20');
    await extend('2018-02-28');
    expect(await window()).toBe('2018-02-28');
    await expect(sign(county.bureauHealth)).resolves.toMatchObject({ missing: [] }); // nothing is asked any more
    expect([await apply(), await window()]).toEqual([false, '2018-02-28']);
  });

  it('is shortened while nothing has been done under it, and never below the notice', async () => {
    await extend('2018-03-20');
    expect(await extend('2018-03-10')).toMatchObject({ to: '2018-03-10' });
    await expect(extend('2018-02-27')).rejects.toMatchObject({ faults: [{ code: 'campaign_shorten_to' }] });
    const open = await ask<{ due: string }>(
      sql`select max(due_on) as due from task where campaign_id = ${id} and closed_at is null`,
    );
    expect(open[0]?.due).toBe('2018-03-10');
    await db.systemPool.query(
      `update task set closed_at = '2018-03-02', closed_on = '2018-03-02', close_reason = 'excused', close_detail = 'died'
      where id = (select id from task where campaign_id = $1 and kind = 'verification' limit 1)`,
      [id],
    );
    const march = at('2018-03-05', '09:00');
    await expect(extend('2018-03-06', march)).rejects.toMatchObject({ faults: [{ code: 'campaign_shorten_done' }] });
  });

  it('moves the dates of goals that stand on the end, and says why another keeps its own', async () => {
    await db.systemPool.query(
      `update campaign set definition = jsonb_set(definition, '{goals,0,by}', '"2018-02-20"') where id = $1`,
      [id],
    );
    await db.systemPool.query(`update goal set by_on = '2018-02-20' where key = 'aware_cadres'`);
    const { goals: told } = await extend('2018-03-10');
    expect(told.kept).toEqual([{ key: 'aware_cadres', by: '2018-02-20', why: 'own_date' }]);
    expect(told.moved).toHaveLength(5);
    expect(await ask(sql`select by_on, count(*) from goal group by 1 order by 1`)).toEqual([
      { by_on: '2018-02-20', count: 1 },
      { by_on: '2018-03-10', count: 5 },
    ]);
    const shown = await doing(db, planner(), THU, (tx) => goals(tx, county.countyCode, id, THU));
    expect(shown.map(({ by }) => by).sort()).toEqual(['2018-02-20', ...Array(5).fill('2018-03-10')]);
    await extend('2018-02-28');
    expect(await ask(sql`select count(*) from goal where by_on = '2018-02-28'`)).toEqual([{ count: 5 }]);
  });

  it('must be another than the end there is', async () => {
    await expect(
      doing(db, planner(), THU, (tx) => extendCampaign(tx, planner(), id, '2018-02-28', '延期', THU)),
    ).rejects.toMatchObject({ faults: [{ code: 'campaign_extend_to' }] });
  });
});
