// src/platform/embedded/temporal.ts: a Temporal server of our own on a file, for a county that has none.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection } from '@temporalio/client';
import { LOOPBACK, rememberedPort } from './ports.ts';
import { commandOf, endProcess, isAlive, tailOf } from './processes.ts';
import { findTemporalCli } from './tools.mjs';

const NAMESPACE = 'default';
const START_BOUND = 60_000; // ms: 1 s on a new file; a large one is checked first
const STOP_BOUND = 15_000; // ms: it drains its services for up to 10 s
const KNOCK = 100; // ms between two tries to connect
const TRIES = 5; // starts that lose their port to somebody else
const LOG_LIMIT = 10_000_000; // bytes: a log larger than this starts afresh with the server

export interface TemporalOptions {
  /** Folder of the database file, the log, the port and the pid. Default `.doorstep/temporal`. */
  readonly dir?: string;
  /** The Temporal CLI. Default: the first that answers, on the PATH or where setup.mjs puts it. */
  readonly cli?: string;
  /** Called once when the server ends unasked, with a sentence that says how. */
  readonly onExit?: (how: string) => void;
}

export interface EmbeddedTemporal {
  /** `host:port` of the gRPC front end. The namespace is `default`. */
  readonly address: string;
  readonly pid: number;
  /** Resolves with a sentence when the server has ended, asked or not. */
  readonly exited: Promise<string>;
  /** Ends the server. May be called twice. */
  stop(): Promise<void>;
}

/**
 * Starts a Temporal dev server on `dir`'s file and waits until its namespace answers.
 * A server left there by a killed parent is ended first: two on one file would spoil it.
 * @throws Error with the end of the server's log when it does not start.
 */
export async function startTemporal(options: TemporalOptions = {}): Promise<EmbeddedTemporal> {
  const cli = options.cli ?? findTemporalCli();
  if (!cli) throw new Error('no Temporal server on this machine: run `node setup.mjs`, or set TEMPORAL_ADDRESS');
  const dir = path.resolve(options.dir ?? '.doorstep/temporal');
  fs.mkdirSync(dir, { recursive: true });
  await endLeftover(dir);
  for (let n = 1; ; n++) {
    const server = await launch(cli, dir);
    const trouble = await answers(server);
    if (trouble === undefined) {
      if (options.onExit) void server.exited.then((how) => server.asked() || options.onExit?.(how));
      return server;
    }
    await server.stop();
    if (n === TRIES || !/address already in use/.test(trouble))
      throw new Error(`Temporal did not start in ${dir}:\n${trouble}`);
  }
}

interface Launched extends EmbeddedTemporal {
  /** What the server has logged since it was launched. */
  said(): string;
  asked(): boolean;
}

async function launch(cli: string, dir: string): Promise<Launched> {
  const file = (name: string) => path.join(dir, name);
  const port = await rememberedPort(file('port'));
  const log = file('server.log');
  const oversized = fs.existsSync(log) && fs.statSync(log).size > LOG_LIMIT;
  const output = fs.openSync(log, oversized ? 'w' : 'a'); // a file, not a pipe: a server whose parent was killed must not die of it half way
  const args = ['server', 'start-dev', '--db-filename', file('temporal.db'), '--ip', LOOPBACK, '--port', String(port)];
  const sqlite = ['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL']; // 10 times the starts of the default
  // A group of its own: Ctrl-C in the terminal is for us, who stop the servers in order.
  const child = spawn(cli, [...args, '--headless', '--log-level', 'error', ...sqlite], {
    stdio: ['ignore', output, output],
    detached: true,
  });
  const before = fs.fstatSync(output).size;
  fs.closeSync(output);
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`Temporal could not be started: ${error.message}`));
    child.once('exit', (code, signal) => resolve(`Temporal ended with ${signal ?? `code ${code}`}; its log is ${log}`));
  });
  const pid = child.pid ?? 0;
  fs.writeFileSync(file('pid'), `${pid}\n`);
  let ended: Promise<void> | undefined;
  return {
    address: `${LOOPBACK}:${port}`,
    pid,
    exited,
    said: () => tailOf(log, before),
    asked: () => ended !== undefined,
    stop() {
      ended ??= (async () => {
        if (pid) await endProcess(pid, 'SIGINT', STOP_BOUND);
        await exited;
        fs.rmSync(file('pid'), { force: true });
      })();
      return ended;
    },
  };
}

/** Waits until the namespace can be described. @returns what went wrong when it cannot. */
async function answers(server: Launched): Promise<string | undefined> {
  let how: string | undefined;
  void server.exited.then((text) => {
    how = text;
  });
  let last: unknown;
  for (const until = performance.now() + START_BOUND; performance.now() < until; await sleep(KNOCK)) {
    if (how !== undefined) return `${how}\n${server.said()}`;
    try {
      const connection = await Connection.connect({ address: server.address, connectTimeout: '1s' });
      try {
        await connection.workflowService.describeNamespace({ namespace: NAMESPACE });
        return undefined;
      } finally {
        await connection.close();
      }
    } catch (error) {
      last = error;
    }
  }
  return `no answer within ${START_BOUND / 1000} s: ${last}\n${server.said()}`;
}

/** Ends the server of a killed parent, when the pid it left is still that server's. */
async function endLeftover(dir: string): Promise<void> {
  const file = path.join(dir, 'pid');
  if (!fs.existsSync(file)) return;
  const pid = Number(fs.readFileSync(file, 'utf8'));
  if (pid > 0 && isAlive(pid) && commandOf(pid).includes(path.join(dir, 'temporal.db')))
    await endProcess(pid, 'SIGINT', STOP_BOUND);
  fs.rmSync(file, { force: true });
}
