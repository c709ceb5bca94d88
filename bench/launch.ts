// bench/launch.ts: what a launch costs above the bare insert of the tasks it makes.
import { campaign as campaignActivities } from '../activities/campaign.ts';
import type { Platform } from '../activities/run.ts';
import { openDb } from '../src/platform/db.ts';
import { COUNTY, LAUNCHED_AT, PEOPLE } from './county.ts';
import { bareConnection, type Ground, warm } from './ground.ts';
import { alternate, type Rounds, timed } from './measure.ts';

const ROUNDS = 5;
const PATIENCE = 45_000; // ms
const READ = ['calendar_day', 'category_membership', 'division', 'household', 'person', 'presence'] as const;

/** The platform of a worker, over `url`; no mail is sent here. */
export function platformOver(url: string): Platform & { close(): Promise<void> } {
  const db = openDb({ url, appConnections: 1, systemConnections: 1 });
  const nothing = { current: 'bench', byId: { bench: Buffer.alloc(32, 1) }, index: Buffer.alloc(32, 2) };
  return {
    db,
    countyCode: COUNTY,
    keys: nothing,
    mail: undefined as unknown as Platform['mail'],
    publicUrl: 'http://localhost',
    mailFrom: 'doorstep@localhost.example',
    close: () => db.close(),
  };
}

/** Launches by the activity that the campaign's workflow calls. */
export async function launch(url: string, campaignId: string): Promise<number> {
  const platform = platformOver(url);
  try {
    const { launchCampaign } = campaignActivities(platform);
    await platform.db.systemPool.query('select 1'); // connecting is not launching
    let made = 0;
    const ms = await timed(async () => {
      const launched = await launchCampaign({ campaignId, asOf: LAUNCHED_AT });
      made = launched.made.insured ?? 0;
    });
    if (made !== PEOPLE) throw new Error(`a launch made ${made} tasks, not ${PEOPLE}`);
    return ms;
  } finally {
    await platform.close();
  }
}

/**
 * @param ready template in which the drive is ready to be launched.
 * @param running the database to make of it by a first launch, for others to go on from.
 */
export async function benchLaunch(ground: Ground, ready: string, running: string, campaignId: string): Promise<Rounds> {
  await launch(await ground.clone(ready, running), campaignId);
  const columns = await keepTasks(await ground.clone(running, 'bare_template'));
  const fresh = async (template: string) => {
    const url = await ground.clone(template, 'round');
    await warm(url, READ);
    return url;
  };
  return alternate(
    ROUNDS,
    PATIENCE,
    async () => {
      const ms = await launch(await fresh(ready), campaignId);
      await ground.drop('round');
      return ms;
    },
    async () => {
      const url = await fresh('bare_template');
      await warm(url, ['bare.task']);
      const client = await bareConnection(url);
      const ms = await timed(() => client.query(`insert into task (${columns}) select ${columns} from bare.task`));
      await client.end();
      await ground.drop('round');
      return ms;
    },
  );
}

/** Moves the launched tasks, without the ids that both sides mint, out of the table they are to be put into. @returns its columns. */
async function keepTasks(url: string): Promise<string> {
  const client = await bareConnection(url);
  const { rows } = await client.query<{ columns: string }>(
    `select string_agg(quote_ident(attname), ', ' order by attnum) as columns from pg_attribute
     where attrelid = 'task'::regclass and attnum > 0 and not attisdropped and attname <> 'id'`,
  );
  const columns = rows[0]?.columns ?? '';
  await client.query('create schema bare');
  await client.query(`create table bare.task as select ${columns} from task order by id`);
  await client.query('truncate task cascade');
  await client.query('analyze bare.task');
  await client.end();
  return columns;
}
