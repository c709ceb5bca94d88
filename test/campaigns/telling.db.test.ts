import { beforeEach, describe, expect, it } from 'vitest';
import { beginClosing, closeCampaign, pauseCampaign, resumeCampaign } from '../../src/campaigns/acts/course.ts';
import { approveCampaign, draftCampaign, prepareCampaign, submitCampaign } from '../../src/campaigns/acts/draft.ts';
import { extendCampaign } from '../../src/campaigns/acts/extension.ts';
import { at, type Instant } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';
import { as, doing, launched, NOTICE } from './drive.ts';
import { WINTER } from './file.ts';

let db: Db;
let county: SmallCounty;
beforeEach(async () => {
  const database = await freshDatabase();
  db = openDb({ url: database.url });
  county = await smallCounty(db);
  return async () => {
    await db.close();
    await database.drop();
  };
});

const ask = <T>(query: ReturnType<typeof sql<T>>) => rows(db.systemKysely as unknown as Tx, query);
/** Who has been told of each step, by step. */
const told = async () => {
  const found = await ask(sql<{ step: string; login: string }>`
    select replace(n.params->>'words', 'notices.campaign.', '') as step, a.login from notice n join account a on a.id = n.account_id
    where n.kind = 'campaign' order by n.created_at, 1, 2`);
  return Object.fromEntries(
    [...Map.groupBy(found, ({ step }) => step)].map(([step, all]) => [step, all.map(({ login }) => login)]),
  );
};
const planner = () => as(county, county.planner);
const field = () =>
  Object.keys(county.accounts)
    .filter((login) => /^(planner|supervisor|trainer|town\d\.(supervisor|hospital1)|v\d\.(doctor|cadre))$/.test(login))
    .sort();

describe('a campaign', () => {
  it('tells its bureaus when it is submitted, and its planner of every signature and of the last', async () => {
    const { id } = await doing(db, planner(), NOTICE, (tx) => draftCampaign(tx, planner(), WINTER, NOTICE));
    await doing(db, planner(), NOTICE, (tx) => submitCampaign(tx, planner(), id, NOTICE));
    expect(await told()).toEqual({ submitted: ['bureau.health', 'bureau.poverty'] });
    for (const account of [county.bureauHealth, county.bureauHealth, county.bureauPoverty]) {
      const bureau = as(county, account);
      await doing(db, bureau, NOTICE, (tx) => approveCampaign(tx, bureau, id, null, NOTICE));
    }
    await doing(db, county.actor, NOTICE, (tx) => prepareCampaign(tx, county.actor, id, NOTICE));
    expect(await told()).toEqual({
      submitted: ['bureau.health', 'bureau.poverty'],
      signed: ['planner', 'planner'],
      approved: ['planner'],
    });
  });

  it('tells leads, supervisors and its planner once each when it is launched, paused, resumed, extended and closed', async () => {
    const { id } = await launched(db, county);
    expect((await told()).launched?.sort()).toEqual(field());
    const step = <T>(asOf: Instant, deed: (tx: Tx) => Promise<T>) => doing(db, planner(), asOf, deed);
    const [thu, fri, mon] = [at('2018-02-01', '09:00'), at('2018-02-02', '09:00'), at('2018-02-05', '09:00')];
    await step(thu, (tx) => pauseCampaign(tx, planner(), id, '暴雪', '2018-02-09', thu));
    await step(fri, (tx) => resumeCampaign(tx, planner(), id, '雪停', fri));
    await step(mon, (tx) => extendCampaign(tx, planner(), id, '2018-03-05', '雪灾', mon));
    const over = at('2018-03-20', '09:00');
    for (let run = 0; run < 2; run++) {
      await doing(db, county.actor, over, (tx) => beginClosing(tx, county.actor, id, over));
      await doing(db, county.actor, over, (tx) => closeCampaign(tx, county.actor, id, over));
    }
    for (const said of ['launched', 'paused', 'resumed', 'extended', 'closed'])
      expect((await told())[said]?.sort()).toEqual(field());
  });

  it('keeps its own quiet hours: 18:30 is one of them here', async () => {
    const yaml = WINTER.replace('{ from: "20:00", to: "07:30" }', '{ from: "18:00", to: "09:30" }');
    await launched(db, county, yaml, at('2018-01-09', '18:30'));
    expect(
      await ask(sql`select distinct available_at as at, to_char(quiet_from, 'HH24:MI') as "from", to_char(quiet_to, 'HH24:MI') as "to"
        from notice where kind = 'campaign'`),
    ).toEqual([{ at: at('2018-01-10', '09:30'), from: '18:00', to: '09:30' }]);
  });
});
