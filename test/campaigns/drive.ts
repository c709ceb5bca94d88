// test/campaigns/drive.ts: the example drive in the small county, brought to a stage by the acts people would do.
import { approveCampaign, draftCampaign, prepareCampaign, submitCampaign } from '../../src/campaigns/acts/draft.ts';
import { type Launched, launchCampaign, requestLaunch, waiveCheck } from '../../src/campaigns/acts/launch.ts';
import type { AccountActor, Actor } from '../../src/platform/actor.ts';
import { at, type Instant } from '../../src/platform/civil.ts';
import type { Db, Tx } from '../../src/platform/db.ts';
import type { SmallCounty } from '../fixtures/county.ts';
import { WINTER } from './file.ts';

/** The notice's day, before the offices' work begins. */
export const NOTICE: Instant = at('2018-01-09', '08:00');

export const as = (county: SmallCounty, accountId: string): AccountActor => ({
  kind: 'account',
  countyCode: county.countyCode,
  accountId,
});

/** Runs one deed in a transaction of its own. */
export const doing = <T>(db: Db, actor: Actor, asOf: Instant, deed: (tx: Tx) => Promise<T>): Promise<T> =>
  db.tx(actor, asOf, deed);

/** Drafted, submitted and approved by both bureaus; its tasks of preparation made. @returns its id. */
export async function approved(db: Db, county: SmallCounty, yaml = WINTER, asOf = NOTICE): Promise<string> {
  const planner = as(county, county.planner);
  const { id } = await doing(db, planner, asOf, (tx) => draftCampaign(tx, planner, yaml, asOf));
  await doing(db, planner, asOf, (tx) => submitCampaign(tx, planner, id, asOf));
  for (const account of [county.bureauHealth, county.bureauPoverty]) {
    const bureau = as(county, account);
    await doing(db, bureau, asOf, (tx) => approveCampaign(tx, bureau, id, null, asOf));
  }
  await doing(db, county.actor, asOf, (tx) => prepareCampaign(tx, county.actor, id, asOf));
  return id;
}

/** Waives what the example was launched without: training unfinished, and no clinic planned. */
export async function waived(db: Db, county: SmallCounty, id: string, asOf = NOTICE): Promise<void> {
  const planner = as(county, county.planner);
  for (const [check, subject] of [
    ['preparation_unfinished', 'training'],
    ['town_without_clinic', ''],
  ] as const)
    await doing(db, planner, asOf, (tx) =>
      waiveCheck(tx, planner, id, { check, subject, reason: '来不及,启动后补上' }, asOf),
    );
}

/** Through the gate and launched. */
export async function launched(
  db: Db,
  county: SmallCounty,
  yaml = WINTER,
  asOf = NOTICE,
): Promise<{ readonly id: string; readonly made: Launched }> {
  const planner = as(county, county.planner);
  const id = await approved(db, county, yaml, asOf);
  await waived(db, county, id, asOf);
  await doing(db, planner, asOf, (tx) => requestLaunch(tx, planner, id, asOf));
  return { id, made: await doing(db, county.actor, asOf, (tx) => launchCampaign(tx, county.actor, id, asOf)) };
}
