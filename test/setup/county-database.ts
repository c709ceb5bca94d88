// test/setup/county-database.ts: a test file's own database, opened and closed with it.
import { afterAll, beforeAll } from 'vitest';
import { type Db, openDb } from '../../src/platform/db.ts';
import { freshDatabase } from './database.ts';

/** Call at the top of a file; `db()` answers once the tests run. */
export function fileDatabase(fill: (db: Db) => Promise<void> = async () => {}): () => Db {
  let opened: { readonly db: Db; readonly drop: () => Promise<void> } | null = null;
  beforeAll(async () => {
    const { url, drop } = await freshDatabase();
    opened = { db: openDb({ url }), drop };
    await fill(opened.db);
  });
  afterAll(async () => {
    await opened?.db.close();
    await opened?.drop();
  });
  return () => {
    if (!opened) throw new Error('the database opens with the first test');
    return opened.db;
  };
}
