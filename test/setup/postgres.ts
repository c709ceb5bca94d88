// test/setup/postgres.ts: one PostgreSQL for a test run, with a migrated database to clone.
import fs from 'node:fs';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { startPostgres, stopPostgres } from '../../src/platform/embedded/postgres.ts';
import { isAlive } from '../../src/platform/embedded/processes.ts';
import { migrate } from '../../src/platform/migrate.ts';
import { type Ground, share } from './shared.ts';

const FOLDER = path.resolve('.doorstep/test-postgres'); // a folder for each run, named by its pid: runs may overlap
const PASSWORD = 'doorstep-tests';
const TEMPLATE = 'doorstep_template';

declare module 'vitest' {
  export interface ProvidedContext {
    /** The owner's URL of the template database; nobody may be connected to it while it is cloned. */
    templateUrl: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { given, takeDown } = await share('postgres', start);
  project.provide('templateUrl', given);
  return takeDown;
}

async function start(): Promise<Ground<string>> {
  await removeAbandoned();
  const dir = path.join(FOLDER, String(process.pid));
  const server = await startPostgres({ dir, password: PASSWORD, database: TEMPLATE, durable: false });
  const takeDown = async () => {
    await server.stop();
    remove(dir);
  };
  try {
    await migrate(server.url);
  } catch (error) {
    await takeDown();
    throw error;
  }
  return { given: server.url, takeDown };
}

/** Runs that were killed leave a server and a folder behind. */
async function removeAbandoned(): Promise<void> {
  fs.mkdirSync(FOLDER, { recursive: true });
  for (const name of fs.readdirSync(FOLDER)) {
    if (isAlive(Number(name))) continue;
    await stopPostgres(path.join(FOLDER, name));
    remove(path.join(FOLDER, name));
  }
}

/** The folder, and the one it links to when the checkout is closed to the user who runs PostgreSQL. */
function remove(dir: string): void {
  if (fs.existsSync(dir)) fs.rmSync(fs.realpathSync(dir), { recursive: true, force: true });
  fs.rmSync(dir, { recursive: true, force: true });
}
