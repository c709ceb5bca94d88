// bench/ground.ts: one durable PostgreSQL in a temporary folder, and databases cloned from each other between rounds.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startPostgres } from '../src/platform/embedded/postgres.ts';
import { migrate } from '../src/platform/migrate.ts';

const TEMPLATE_IN_USE = '55006'; // SQLSTATE object_in_use: autovacuum looks into the template for a moment
const TRIES = 5;

export interface Ground {
  /** For the other servers' files. */
  readonly dir: string;
  /** A database as it was when `template` was last left; nobody may be connected to the template. @returns its URL. */
  clone(template: string, name: string): Promise<string>;
  drop(name: string): Promise<void>;
  urlOf(name: string): string;
  /** Stops the server and removes everything. */
  remove(): Promise<void>;
}

/** @param first the database to migrate. */
export async function openGround(first: string): Promise<Ground> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'doorstep-bench-'));
  const cluster = path.join(dir, 'postgres');
  const server = await startPostgres({ dir: cluster, database: first, durable: true });
  await migrate(server.url);
  const urlOf = (name: string): string => {
    const url = new URL(server.url);
    url.pathname = `/${name}`;
    return url.href;
  };
  const asOwner = (statement: string) => once(urlOf('postgres'), statement);
  return {
    dir,
    urlOf,
    async clone(template, name) {
      await asOwner(`create database ${name} template ${template} strategy file_copy`);
      return urlOf(name);
    },
    drop: (name) => asOwner(`drop database if exists ${name} with (force)`),
    async remove() {
      await server.stop();
      fs.rmSync(fs.realpathSync(cluster), { recursive: true, force: true }); // a link where root borrowed a user
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
}

async function once(url: string, statement: string): Promise<void> {
  for (let tries = TRIES; ; tries--) {
    const owner = new pg.Client({ connectionString: url });
    try {
      await owner.connect();
      await owner.query(statement);
      return;
    } catch (error) {
      if ((error as { code?: string }).code !== TEMPLATE_IN_USE || tries === 0) throw error;
    } finally {
      await owner.end().catch(() => {});
    }
  }
}

/** One plain connection as the owner: what the bare side of every comparison speaks through. */
export async function bareConnection(url: string): Promise<pg.Client> {
  const client = new pg.Client({ connectionString: url, options: '-c TimeZone=UTC -c DateStyle=ISO' });
  await client.connect();
  return client;
}

/** Reads tables once, so that neither side of a comparison is the first to fetch a fresh clone's pages. */
export async function warm(url: string, tables: readonly string[]): Promise<void> {
  const client = await bareConnection(url);
  for (const table of tables) await client.query(`select count(t::text) from ${table} t`);
  await client.end();
}
