// Where the servers we start are kept and found. Plain JavaScript: setup.mjs reads it before anything is installed.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export const TEMPORAL_CLI_VERSION = '1.5.1'; // the newest tag that `go install` accepts
export const TEST_SERVER_VERSION = '1.32.0'; // io.temporal:temporal-test-server

const SUFFIX = process.platform === 'win32' ? '.exe' : '';
const ANSWER_TIMEOUT = 10_000; // ms: `--version` takes 30 ms warm, some seconds from a cold disk

/** Outside the checkout, so that a fresh clone finds what an earlier one built. */
function cacheFolder() {
  return path.join(process.env.XDG_CACHE_HOME || path.join(os.homedir(), '.cache'), 'doorstep');
}

export function cachedTemporalCli() {
  return path.join(cacheFolder(), `temporal-cli-${TEMPORAL_CLI_VERSION}`, `temporal${SUFFIX}`);
}

export function cachedTestServer() {
  return path.join(cacheFolder(), `temporal-test-server-${TEST_SERVER_VERSION}`, `temporal-test-server${SUFFIX}`);
}

/** Absolute path of a command on the PATH, or undefined. */
export function onPath(name) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  return folders.map((folder) => path.join(folder, name + SUFFIX)).find((file) => isProgram(file));
}

/** The first Temporal CLI that answers: on the PATH, then in the cache. */
export function findTemporalCli() {
  return [onPath('temporal'), cachedTemporalCli()].find((file) => file && isProgram(file) && isTemporalCli(file));
}

/** The launcher of the time-skipping test server, once setup.mjs has fetched it. */
export function findTestServer() {
  const file = cachedTestServer();
  return isProgram(file) ? file : undefined;
}

/** Whether a file is a Temporal CLI that runs on this machine. */
export function isTemporalCli(file) {
  try {
    const options = { encoding: 'utf8', timeout: ANSWER_TIMEOUT, stdio: ['ignore', 'pipe', 'ignore'] };
    return execFileSync(file, ['--version'], options).startsWith('temporal version');
  } catch {
    return false;
  }
}

function isProgram(file) {
  try {
    fs.accessSync(file, fs.constants.X_OK);
    return fs.statSync(file).isFile();
  } catch {
    return false;
  }
}
