// src/platform/embedded/postgres.ts: a PostgreSQL of our own that starts from whatever state it was left in.
import { type ChildProcess, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { LOOPBACK, rememberedPort } from './ports.ts';
import { binaries, ownFolder, type Runner, runner } from './postgres-binaries.ts';
import { commandOf, gone, isAlive, tailOf, watch } from './processes.ts';
import { secret } from './secrets.ts';

const OWNER = 'doorstep';
const START_BOUND = 60; // s: recovery after a crash replays at most max_wal_size, 1 GB
const STOP_BOUND = 30_000; // ms: a fast stop writes one checkpoint
const TRIES = 20; // starts, for what passes by itself
const PAUSE = 250; // ms between them, so 5 s for the sessions of a killed postmaster to leave
const LOG_LIMIT = 10_000_000; // bytes: a log larger than this starts afresh with the server
/** What passes by itself: a port lost to a race, sessions of a killed postmaster, another starter a moment ahead of us. */
const PASSING = /could not bind|could not create any TCP|Address already in use|shared memory block|lock file/;
const WRONG_PASSWORD = '28P01'; // SQLSTATE invalid_password
const STILL_STARTING = '57P03'; // SQLSTATE cannot_connect_now: an adopted server may be in recovery

/** For two cores and 4 GB that are shared with Node and Temporal. */
const COUNTY = {
  listen_addresses: LOOPBACK,
  unix_socket_directories: '', // the password is the only way in
  max_connections: '100', // API and worker pools take about 40
  shared_buffers: '256MB', // a county's hot rows and indexes
  effective_cache_size: '1GB',
  maintenance_work_mem: '64MB',
  max_wal_size: '1GB',
  random_page_cost: '1.1', // solid-state disks
  jit: 'off', // our statements are short; compiling one costs more than running it
  max_parallel_workers_per_gather: '0', // two cores serve many people, and containers give 64 MB of /dev/shm
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log', // a failed statement is told to us; its text and values, which are people's, are not written down
  log_min_error_statement: 'panic',
};
/** For a cluster that nobody will miss. */
const FLEETING = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  wal_level: 'minimal',
  max_wal_senders: '0',
};

export interface PostgresOptions {
  /** Folder of the cluster, its log and its port. Default `.doorstep/postgres`. */
  readonly dir?: string;
  /** The owner's password. Default: a random one, kept beside `dir` in `secrets.json`, mode 0600. */
  readonly password?: string;
  /** The database `url` names, made when missing. Default `doorstep`. */
  readonly database?: string;
  /** Whether a committed fact survives a power cut. Default true; false is some times faster and for tests only. */
  readonly durable?: boolean;
}

export interface EmbeddedPostgres {
  /** The owner's URL, password included: not for a log. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** True when the server was running already, left by a parent that was killed. */
  readonly adopted: boolean;
  /** Resolves with a sentence when the server has gone, asked or not. */
  readonly exited: Promise<string>;
  /** Closes sessions, writes a checkpoint and ends the server. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts PostgreSQL, or adopts the one that a killed parent left running in `dir`.
 * A half-made cluster is made anew, a stale lock removed, and a port that somebody took replaced.
 * @throws Error with the end of the server's log when it does not start.
 */
export async function startPostgres(options: PostgresOptions = {}): Promise<EmbeddedPostgres> {
  const wanted = path.resolve(options.dir ?? '.doorstep/postgres');
  const password = options.password ?? secret(path.join(path.dirname(wanted), 'secrets.json'), 'postgresOwner');
  const database = options.database ?? OWNER;
  const durable = options.durable ?? true;
  const as = runner();
  const place = places(ownFolder(wanted, as), binaries(as), as);

  await makeCluster(place, password, durable);
  const { pid, port, adopted } = await launch(place, durable);
  await ready(place, port, password, database);

  const asked = Promise.withResolvers<void>();
  let ended: Promise<void> | undefined;
  return {
    url: urlOf(port, password, database),
    port,
    pid,
    adopted,
    exited: Promise.race([watch(pid), asked.promise]).then(
      () => `PostgreSQL (pid ${pid}) has gone; its log is ${place.log}`,
    ),
    stop() {
      ended ??= stop(place, pid).finally(asked.resolve);
      return ended;
    },
  };
}

/** Ends the server that runs in `dir`, if one does: for a folder whose owner was killed. */
export async function stopPostgres(dir: string): Promise<void> {
  if (!fs.existsSync(dir)) return;
  const as = runner();
  const place = places(fs.realpathSync(dir), binaries(as), as);
  const left = postmaster(place);
  if (left) await stop(place, left.pid);
}

interface Place {
  readonly cluster: string;
  readonly draft: string;
  readonly lock: string;
  readonly log: string;
  readonly port: string;
  readonly bin: string;
  readonly as: Runner;
}

function places(dir: string, bin: string, as: Runner): Place {
  const cluster = path.join(dir, 'cluster');
  const file = (name: string) => path.join(dir, name);
  return {
    cluster,
    draft: file('cluster.new'),
    lock: path.join(cluster, 'postmaster.pid'),
    log: file('server.log'),
    port: file('port'),
    bin,
    as,
  };
}

/** The cluster gets its name when it is whole: what a kill leaves half made never has it. */
async function makeCluster(place: Place, password: string, durable: boolean): Promise<void> {
  if (fs.existsSync(place.cluster)) return;
  fs.rmSync(place.draft, { recursive: true, force: true });
  const passwordFile = `${place.draft}.password`;
  fs.writeFileSync(passwordFile, password, { mode: 0o600 });
  if (place.as.uid !== undefined && place.as.gid !== undefined) fs.chownSync(passwordFile, place.as.uid, place.as.gid);
  const locale = ['--encoding=UTF8', '--locale-provider=builtin', '--locale=C.UTF-8'];
  const owner = [`--username=${OWNER}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
  try {
    const { code, output } = await command(place, 'initdb', [
      '-D',
      place.draft,
      ...owner,
      ...locale,
      ...(durable ? [] : ['--no-sync']),
    ]);
    if (code !== 0) throw new Error(`PostgreSQL could not make a cluster in ${place.draft}:\n${output}`);
  } finally {
    fs.rmSync(passwordFile, { force: true });
  }
  fs.renameSync(place.draft, place.cluster);
}

/** The server that runs on this cluster, by its lock; `port` is 0 until it listens. */
function postmaster(place: Place): { pid: number; port: number } | undefined {
  if (!fs.existsSync(place.lock)) return undefined;
  // postmaster.pid: pid, cluster, start time, port, …; the pid may long belong to another program
  const lines = fs.readFileSync(place.lock, 'utf8').split('\n');
  const pid = Number(lines[0]);
  return isAlive(pid) && commandOf(pid).includes(place.cluster) ? { pid, port: Number(lines[3] ?? 0) } : undefined;
}

async function launch(place: Place, durable: boolean): Promise<{ pid: number; port: number; adopted: boolean }> {
  for (let n = 0; n < TRIES; n++) {
    const running = postmaster(place);
    if (running?.port) return { ...running, adopted: true };
    if (!running) {
      // PostgreSQL trusts a lock whose pid lives, though it be a zombie or another program: we know better.
      fs.rmSync(place.lock, { force: true });
      const failure = await tryStart(place, durable);
      const started = postmaster(place);
      if (failure === undefined && started?.port) return { ...started, adopted: false };
      if (!PASSING.test(failure ?? '')) throw new Error(`PostgreSQL did not start in ${place.cluster}:\n${failure}`);
    }
    await sleep(PAUSE);
  }
  throw new Error(`PostgreSQL did not start in ${place.cluster}:\n${tailOf(place.log)}`);
}

/** @returns what the server's log says when it did not start. */
async function tryStart(place: Place, durable: boolean): Promise<string | undefined> {
  const before = fs.existsSync(place.log) ? fs.statSync(place.log).size : 0;
  if (before > LOG_LIMIT) fs.truncateSync(place.log);
  const settings = { ...COUNTY, ...(durable ? {} : FLEETING), port: await rememberedPort(place.port) };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${value}`);
  const args = ['-D', place.cluster, '-w', '-t', String(START_BOUND), '-l', place.log, '-o', options.join(' ')];
  const { code } = await command(place, 'pg_ctl', ['start', ...args]);
  return code === 0 ? undefined : tailOf(place.log, before > LOG_LIMIT ? 0 : before);
}

/** Waits until the owner may sign in, and makes `database` when it is missing. */
async function ready(place: Place, port: number, password: string, database: string): Promise<void> {
  for (const until = performance.now() + START_BOUND * 1000; ; await sleep(PAUSE)) {
    const client = new pg.Client({ connectionString: urlOf(port, password, 'postgres') });
    client.on('error', () => {}); // a server that dies here is told by the query
    try {
      await client.connect();
      const { rowCount } = await client.query('select from pg_database where datname = $1', [database]);
      if (rowCount === 0) await client.query(`create database ${pg.escapeIdentifier(database)}`);
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      if (code === WRONG_PASSWORD)
        throw new Error(
          `the password kept for ${place.cluster} is not the cluster's: restore secrets.json, or remove both to begin anew`,
        );
      if (code !== STILL_STARTING || performance.now() > until) throw error;
    } finally {
      await client.end().catch(() => {});
    }
  }
}

async function stop(place: Place, pid: number): Promise<void> {
  for (const signal of ['SIGINT', 'SIGQUIT', 'SIGKILL'] as const) {
    // PostgreSQL's own names: fast (sessions end, checkpoint), immediate (recovery at the next start)
    try {
      if (isAlive(pid)) process.kill(pid, signal);
    } catch {
      return; // gone between the two
    }
    if (await gone(pid, STOP_BOUND)) return;
  }
  throw new Error(`PostgreSQL (pid ${pid}) in ${place.cluster} does not end`);
}

function urlOf(port: number, password: string, database: string): string {
  return `postgres://${OWNER}:${encodeURIComponent(password)}@${LOOPBACK}:${port}/${encodeURIComponent(database)}`;
}

/** Runs one of PostgreSQL's programs as the user who may. `pg_ctl` gets no pipe: the server would inherit it and we would wait for ever. */
function command(
  place: Place,
  program: 'initdb' | 'pg_ctl',
  args: string[],
): Promise<{ code: number | null; output: string }> {
  const output = program === 'initdb' ? 'pipe' : 'ignore';
  const child: ChildProcess = spawn(path.join(place.bin, program), args, {
    ...place.as,
    cwd: '/',
    stdio: ['ignore', output, output],
  });
  const chunks: Buffer[] = [];
  child.stdout?.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr?.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, output: Buffer.concat(chunks).toString() }));
  });
}
