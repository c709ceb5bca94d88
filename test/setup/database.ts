// test/setup/database.ts: a migrated database of a test file's own, cloned in some 40 ms.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';

const PATIENCE = '60s'; // a clone waits for the checkpoint of the one before it
const TEMPLATE_IN_USE = '55006'; // SQLSTATE object_in_use: autovacuum looks into the template for a moment

/** A database with every migration and no rows. Close what is connected to it, or let `drop` do so. */
export async function freshDatabase(): Promise<{ url: string; drop(): Promise<void> }> {
  const template = new URL(inject('templateUrl'));
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  // file_copy 33 ms, wal_log 35 to 80 ms (40 tables)
  await asOwner((owner) =>
    owner.query(
      `create database ${name} template ${pg.escapeIdentifier(template.pathname.slice(1))} strategy file_copy`,
    ),
  );
  const url = new URL(template);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => asOwner((owner) => owner.query(`drop database if exists ${name} with (force)`)) };
}

async function asOwner(work: (owner: pg.Client) => Promise<unknown>): Promise<void> {
  const url = new URL(inject('templateUrl'));
  url.pathname = '/postgres';
  for (let tries = 5; ; tries--) {
    const owner = new pg.Client({ connectionString: url.href, options: `-c statement_timeout=${PATIENCE}` });
    owner.on('error', () => {}); // an ending server is told by the query
    try {
      await owner.connect();
      await work(owner);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== TEMPLATE_IN_USE || tries === 0) throw error;
    } finally {
      await owner.end().catch(() => {});
    }
  }
}
