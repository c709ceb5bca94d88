// test/chaos/home.ts: the folder of a run's stacks; what a killed run left behind is ended and removed by the next.
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { stopPostgres } from '../../src/platform/embedded/postgres.ts';
import { commandOf, endProcess, isAlive } from '../../src/platform/embedded/processes.ts';

const NAME = 'doorstep-chaos-'; // then the pid of the run
const BOUND = 5_000; // ms for a server to end

/** In the system's temporary folder: whoever runs PostgreSQL must be able to enter. */
export async function makeHome(): Promise<string> {
  for (const name of fs.readdirSync(os.tmpdir()))
    if (name.startsWith(NAME) && !isAlive(Number.parseInt(name.slice(NAME.length), 10)))
      await removeHome(path.join(os.tmpdir(), name));
  const home = fs.mkdtempSync(path.join(os.tmpdir(), `${NAME}${process.pid}-`));
  fs.chmodSync(home, 0o755);
  return home;
}

/** Ends the servers that still run below `home`, then removes it. API and worker end with their parent. */
export async function removeHome(home: string): Promise<void> {
  for (const name of fs.readdirSync(home)) {
    await stopPostgres(path.join(home, name, 'postgres'));
    await endTemporal(path.join(home, name, 'temporal'));
  }
  await stopPostgres(path.join(home, 'ground'));
  fs.rmSync(home, { recursive: true, force: true, maxRetries: 3 });
}

async function endTemporal(dir: string): Promise<void> {
  const file = path.join(dir, 'pid');
  if (!fs.existsSync(file)) return;
  const pid = Number(fs.readFileSync(file, 'utf8'));
  if (isAlive(pid) && commandOf(pid).includes(path.join(dir, 'temporal.db'))) await endProcess(pid, 'SIGKILL', BOUND);
}
