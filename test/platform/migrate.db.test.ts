import pg from 'pg';
import { expect, it } from 'vitest';
import { migrate } from '../../src/platform/migrate.ts';
import { freshDatabase } from '../setup/database.ts';

/** A migrated database after `statement`, which makes it another version's. */
async function madeBy(statement: string, look: (url: string) => Promise<void>): Promise<void> {
  const { url, drop } = await freshDatabase();
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  try {
    await owner.query(statement);
    await look(url);
  } finally {
    await owner.end();
    await drop();
  }
}

it('does nothing where everything has run', async () => {
  await madeBy('select 1', async (url) => {
    expect(await migrate(url)).toEqual([]);
  });
});

it.each([
  ['a migration that was changed since', "update migration_hash set hash = 'another' where name like '0003%'", '0003'],
  [
    'a migration that we do not have',
    "insert into migration (name, run_on) values ('0099_of-tomorrow', now())",
    '0099',
  ],
  ['a database from before hashes were kept', 'drop table migration_hash', '0001'],
])('says so of %s, and changes nothing', async (_, statement, named) => {
  await madeBy(statement, async (url) => {
    const before = await tables(url);
    await expect(migrate(url)).rejects.toThrow(named);
    expect(await tables(url)).toEqual(before);
  });
});

async function tables(url: string): Promise<unknown[]> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  try {
    return (await owner.query('select relname, relkind from pg_class order by 1')).rows;
  } finally {
    await owner.end();
  }
}
