// src/platform/migrate.ts: brings a database to the newest schema; append-only SQL files, one transaction each.
import { fileURLToPath } from 'node:url';
import { runner } from 'node-pg-migrate';

const MIGRATIONS = fileURLToPath(new URL('../../migrations', import.meta.url));

/** Runs what has not run yet, under an advisory lock. `url` is the owner's. @returns the names that ran. */
export async function migrate(url: string): Promise<string[]> {
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
