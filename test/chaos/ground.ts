// test/chaos/ground.ts: the county every run begins from: its cluster is made once and copied, so that all runs share their ids.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { hashPassword } from '../../src/access/passwords.ts';
import { approveCampaign, draftCampaign, prepareCampaign, submitCampaign } from '../../src/campaigns/acts/draft.ts';
import { campaignReadiness, launchCampaign, requestLaunch, waiveCheck } from '../../src/campaigns/acts/launch.ts';
import type { AccountActor, Actor } from '../../src/platform/actor.ts';
import { at } from '../../src/platform/civil.ts';
import { type Db, openDb, sql, type Tx } from '../../src/platform/db.ts';
import { startPostgres } from '../../src/platform/embedded/postgres.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { workflowBundle } from '../../src/platform/workflow-bundle.ts';
import { COUNTY, type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { makeHome, removeHome } from './home.ts';
import { LAUNCHED_ON, type Story } from './script.ts';

export const OWNER_PASSWORD = 'of-the-chaos';
export const PASSWORD = 'a password of the chaos';

export interface Ground {
  /** The folder that holds this ground and the stacks upon it. */
  readonly home: string;
  readonly county: SmallCounty;
  readonly campaign: string;
  readonly story: Story;
  /** Path of the workflows as one script: every worker begins with it. */
  readonly bundle: string;
  /** Puts a copy of the county's cluster into `dir`. */
  copyTo(dir: string): void;
  remove(): Promise<void>;
}

/** A small county whose drive was launched on the first morning, before anybody was up. */
export async function layGround(story: Story): Promise<Ground> {
  const home = await makeHome();
  const dir = path.join(home, 'ground');
  const server = await startPostgres({ dir, password: OWNER_PASSWORD });
  try {
    await migrate(server.url);
    const db = openDb({ url: server.url });
    try {
      const county = await smallCounty(db);
      const hash = await hashPassword(PASSWORD);
      await sql`update account set password_hash = ${hash}`.execute(db.systemKysely);
      const campaign = await launch(db, county, story);
      const bundle = path.join(home, 'workflows.js');
      fs.writeFileSync(bundle, (await workflowBundle()).code);
      return { home, county, campaign, story, bundle, copyTo: (to) => copy(dir, to), remove: () => removeHome(home) };
    } finally {
      await db.close();
    }
  } finally {
    await server.stop();
  }
}

async function launch(db: Db, county: SmallCounty, story: Story): Promise<string> {
  const asOf = at(LAUNCHED_ON, '06:00');
  const person = (accountId: string): AccountActor => ({ kind: 'account', countyCode: COUNTY, accountId });
  const planner = person(county.planner);
  const deed = <T>(actor: Actor, work: (tx: Tx) => Promise<T>): Promise<T> => db.tx(actor, asOf, work);
  const asSystem = <T>(work: (tx: Tx) => Promise<T>): Promise<T> => deed(county.actor, work);

  const { id } = await asSystem((tx) => draftCampaign(tx, planner, story.campaign, asOf));
  await asSystem((tx) => submitCampaign(tx, planner, id, asOf));
  for (const bureau of [county.bureauHealth, county.bureauPoverty])
    await asSystem((tx) => approveCampaign(tx, person(bureau), id, null, asOf));
  await asSystem((tx) => prepareCampaign(tx, county.actor, id, asOf));
  const { checks } = await asSystem((tx) => campaignReadiness(tx, planner, id, asOf));
  for (const check of new Set(checks.map(({ code }) => code)))
    await asSystem((tx) => waiveCheck(tx, planner, id, { check, subject: '', reason: '演练' }, asOf));
  await asSystem((tx) => requestLaunch(tx, planner, id, asOf));
  await asSystem((tx) => launchCampaign(tx, county.actor, id, asOf));
  return id;
}

/** With its owner and modes: PostgreSQL runs as somebody else when we are root. Its port is another one. */
function copy(from: string, to: string): void {
  fs.mkdirSync(path.dirname(to), { recursive: true });
  execFileSync('cp', ['-Rp', fs.realpathSync(from), to]);
  fs.rmSync(path.join(to, 'port'));
}
