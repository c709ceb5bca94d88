// src/commands/example.ts: opens the example drive in an empty database, once, whatever killed the attempt before.
import path from 'node:path';
import pg from 'pg';
import { openExampleCounty } from '../../examples/winter-drive/open.ts';
import { hashPassword } from '../access/passwords.ts';
import type { Config } from '../config.ts';
import { at } from '../platform/civil.ts';
import { setStory } from '../platform/clock.ts';
import { openDb, sql } from '../platform/db.ts';
import { migrate } from '../platform/migrate.ts';
import { STATE } from './ground.ts';

/** The morning on which the example opens: day 61. */
const OPENS = at('2018-01-30', '08:00');

export interface DemoPerson {
  readonly role: string;
  readonly login: string;
}

/**
 * The story's row is written last: a county without it was cut off half way, and is begun again from nothing.
 * @returns whom to sign in as.
 */
export async function openExample(
  config: Config,
  password: string,
  step: (what: string) => void,
): Promise<DemoPerson[]> {
  if (!(await isOpen(config.databaseUrl))) {
    if (!(await isEmpty(config.databaseUrl))) {
      step('上次未完成，重新来过 / the last attempt was cut off; beginning again');
      await begin(config.databaseUrl);
    }
    step('示例:港南区冬季行动 / the example drive');
    const db = openDb({ url: config.databaseUrl });
    try {
      await openExampleCounty(db, config.keys, path.join(STATE, 'example'), { tell: (line) => step(`  ${line}`) });
      const hash = await hashPassword(password);
      await sql`update account set password_hash = ${hash} where county_code = ${config.countyCode}`.execute(
        db.systemKysely,
      );
      await setStory(db, OPENS, Date.now());
    } finally {
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

/** Only ever called on a database of the story: one of a real county has no business here, see `isOpen` and STORY. */
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
