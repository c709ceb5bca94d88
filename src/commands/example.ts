// src/commands/example.ts: opens the example drive in an empty database, once, whatever killed the attempt before.
import pg from 'pg';
import { OPENS, tellHistory } from '../../examples/winter-drive/history.ts';
import { hashPassword } from '../access/passwords.ts';
import type { Config } from '../config.ts';
import { openMail } from '../notices/channels/email.ts';
import { setStory } from '../platform/clock.ts';
import { openDb, sql } from '../platform/db.ts';
import { migrate } from '../platform/migrate.ts';

const MAILS_A_SECOND = 500; // to a mailbox of our own: three weeks of digests in seconds

export interface DemoPerson {
  readonly role: string;
  readonly login: string;
}

/**
 * The story's row is written last: a county without it was cut off half way, and is begun again from nothing.
 * @param ours the database is the embedded one: nothing in it is anybody else's.
 * @returns whom to sign in as.
 */
export async function openExample(
  config: Config,
  password: string,
  ours: boolean,
  step: (what: string) => void,
): Promise<DemoPerson[]> {
  if (!(await isOpen(config.databaseUrl))) {
    if (!(await isEmpty(config.databaseUrl))) {
      if (!ours)
        throw new Error('STORY=on 只能用于空数据库 / STORY=on wants an empty database: this one holds a county');
      step('上次未完成，重新来过 / the last attempt was cut off; beginning again');
      await begin(config.databaseUrl);
    }
    step('示例:港南区冬季行动 / the example drive');
    const { databaseUrl: url, countyCode, keys, mailFrom, publicUrl } = config;
    const db = openDb({ url, waitForDisk: false });
    const mail = openMail(config.smtpUrl, MAILS_A_SECOND);
    try {
      await tellHistory({ db, keys, countyCode, mail, mailFrom, publicUrl }, (line) => step(`  ${line}`));
      const hash = await hashPassword(password);
      await sql`update account set password_hash = ${hash} where county_code = ${countyCode}`.execute(db.systemKysely);
      await setStory(db, OPENS, Date.now());
    } finally {
      mail.close();
      await db.close();
    }
  }
  return people(config);
}

async function isOpen(url: string): Promise<boolean> {
  return (await asOwner(url, 'select from story')) > 0;
}

async function isEmpty(url: string): Promise<boolean> {
  return (await asOwner(url, 'select from division limit 1')) === 0;
}

/** Only ever called on the embedded database. */
async function begin(url: string): Promise<void> {
  await asOwner(url, 'drop schema public cascade; create schema public');
  await migrate(url);
}

async function asOwner(url: string, statement: string): Promise<number> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  try {
    return (await owner.query(statement)).rowCount ?? 0;
  } finally {
    await owner.end();
  }
}

/** A planner, a supervisor, and the doctor of a 王家村. */
async function people(config: Config): Promise<DemoPerson[]> {
  const db = openDb({ url: config.databaseUrl, appConnections: 1, systemConnections: 2 });
  try {
    const { rows } = await sql<{ login: string }>`select a.login from team t
      join team_member m on m.county_code = t.county_code and m.team_id = t.id and m.role = 'lead' and m.to_on is null
      join account a on a.county_code = m.county_code and a.id = m.account_id
      join division d on d.county_code = t.county_code and d.code = t.area_code and d.name = '王家村'
      where t.county_code = ${config.countyCode} and t.side = 'medical' order by t.area_code limit 1`.execute(
      db.systemKysely,
    );
    return [
      { role: '计划员 planner        ', login: 'planner' },
      { role: '督导员 supervisor     ', login: 'supervisor' },
      ...rows.map(({ login }) => ({ role: '村医 village doctor   ', login })),
    ];
  } finally {
    await db.close();
  }
}
