// src/platform/migrate.ts: brings a database to the newest schema; append-only SQL files, one transaction each.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';
import pg from 'pg';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/** The database was made by other migrations than ours: nothing here may touch it. */
export class OtherSchemaError extends Error {
  override readonly name = 'OtherSchemaError';
  /** The migrations that differ or that we do not have. */
  readonly migrations: readonly string[];
  constructor(migrations: readonly string[]) {
    super(
      `数据库由另一版本建立 / this database was made by another version (${migrations.join(', ')}); its migrations must not be changed under it`,
    );
    this.migrations = migrations;
  }
}

/**
 * Runs what has not run yet, under an advisory lock. `url` is the owner's. @returns the names that ran.
 * @throws OtherSchemaError, before anything is touched, when what ran here is not what we have.
 */
export async function migrate(url: string): Promise<string[]> {
  await keepHashes(url, ours());
  const ran = await runner({
    databaseUrl: url,
    dir: `${MIGRATIONS}/*.sql`,
    useGlob: true,
    direction: 'up',
    migrationsTable: 'migration',
    checkOrder: true,
    singleTransaction: true,
    log: () => {},
  });
  return ran.map((migration) => migration.name);
}

/** Each migration with the hash of its file. */
function ours(): Readonly<Record<string, string>> {
  const files = readdirSync(MIGRATIONS).filter((file) => file.endsWith('.sql'));
  const hashOf = (file: string) =>
    createHash('sha256')
      .update(readFileSync(`${MIGRATIONS}/${file}`))
      .digest('hex');
  return Object.fromEntries(files.map((file) => [file.slice(0, -'.sql'.length), hashOf(file)]));
}

/**
 * What ran is compared with our files; the hashes of what will run are written before it runs, so that no kill in between
 * leaves a migration without one.
 */
async function keepHashes(url: string, hashes: Readonly<Record<string, string>>): Promise<void> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  try {
    const has = async (table: string): Promise<boolean> =>
      (await owner.query('select where to_regclass($1) is not null', [table])).rowCount === 1;
    const [anyRan, anyHash] = [await has('migration'), await has('migration_hash')];
    if (anyRan) {
      const hash = anyHash ? '(select h.hash from migration_hash h where h.name = m.name)' : 'null';
      const { rows } = await owner.query<{ name: string; hash: string | null }>(
        `select m.name, ${hash} as hash from migration m order by m.id`,
      );
      const others = rows.filter(({ name, hash: kept }) => kept === null || kept !== hashes[name]);
      if (others.length > 0) throw new OtherSchemaError(others.map(({ name }) => name));
    }
    await owner.query('create table if not exists migration_hash (name text primary key, hash text not null)');
    await owner.query(
      `insert into migration_hash (name, hash) select * from unnest($1::text[], $2::text[])
       on conflict (name) do update set hash = excluded.hash`,
      [Object.keys(hashes), Object.values(hashes)],
    );
  } finally {
    await owner.end();
  }
}
