// test/run.ts: what `npm test` runs: every check, an audit of what we ship, every test; the count is the last line.
import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

const ROOT = path.resolve(import.meta.dirname, '..');
const BIN = path.join(ROOT, 'node_modules', '.bin');
const REPORT = path.join(ROOT, '.doorstep', `vitest-${process.pid}.json`);
const AUDIT_BOUND = 60_000; // ms: a registry that does not answer by then is not reachable

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** The JSON report of vitest: the part we count. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly assertionResults: readonly { readonly status: string }[];
  }[];
}

const count = { passed: 0, failed: 0 };

process.chdir(ROOT);
fs.mkdirSync(path.dirname(REPORT), { recursive: true });
for (const command of checks()) await check(command);
await audit();
await tests(process.argv.slice(2));
process.exitCode = count.failed > 0 ? 1 : 0;
console.log(`${count.passed} passed, ${count.failed} failed`);

/** The commands that `npm run check` joins, each one test here. */
function checks(): string[] {
  const { scripts } = JSON.parse(fs.readFileSync('package.json', 'utf8')) as { scripts: { check: string } };
  return scripts.check.split('&&').map((command) => command.trim());
}

async function check(command: string): Promise<void> {
  const { code, output } = await run(command);
  tell(code === 0, command);
  if (code !== 0) console.log(output);
}

async function audit(): Promise<void> {
  const command = 'npm audit --omit=dev --audit-level=high';
  const { code, output } = await run(`${command} --json`, { timeout: AUDIT_BOUND });
  const report = parsed(output);
  if (!report?.metadata) {
    console.log(`- ${command}: skipped, the registry's audit service cannot be reached`);
    return;
  }
  tell(code === 0, command);
  if (code !== 0) console.log((await run(command, { timeout: AUDIT_BOUND })).output);
}

function parsed(output: string): { metadata?: unknown } | undefined {
  try {
    return JSON.parse(output.slice(output.indexOf('{'), output.lastIndexOf('}') + 1));
  } catch {
    return undefined;
  }
}

async function tests(args: readonly string[]): Promise<void> {
  fs.rmSync(REPORT, { force: true });
  const vitest = path.join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${REPORT}`];
  const code = await new Promise<number | null>((resolve) => {
    const child = spawn(process.execPath, [vitest, 'run', ...reporters, ...args], { stdio: 'inherit' });
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
  const report = fs.existsSync(REPORT) ? (JSON.parse(fs.readFileSync(REPORT, 'utf8')) as Report) : undefined;
  fs.rmSync(REPORT, { force: true });
  // A file that does not load has no failing test of its own, and an error outside of every test fails none: both count.
  const unloaded = report?.testResults.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  );
  const failed = (report?.numFailedTests ?? 0) + (unloaded?.length ?? 0);
  count.passed += report?.numPassedTests ?? 0;
  count.failed += code === 0 ? failed : Math.max(failed, 1);
}

function tell(ok: boolean, what: string): void {
  count[ok ? 'passed' : 'failed']++;
  console.log(`${ok ? '✓' : '✗'} ${what}`);
}

function run(command: string, options: { timeout?: number } = {}): Promise<Ended> {
  const env = { ...process.env, PATH: `${BIN}${path.delimiter}${process.env.PATH ?? ''}`, FORCE_COLOR: '0' };
  const child = spawn(command, { shell: true, env, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise((resolve) => {
    const end = (code: number | null, trouble = '') =>
      resolve({ code, output: Buffer.concat(chunks).toString() + trouble });
    child.once('error', (error) => end(null, error.message));
    child.once('close', (code) => end(code));
  });
}
