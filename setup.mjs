// Makes a fresh clone able to run: dependencies, Node 24, a Temporal server and, with --test, what the tests need besides.
// Built-ins only, and Node 20 or later: nothing is installed yet when this starts.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  cachedTemporalCli,
  cachedTestServer,
  findTemporalCli,
  findTestServer,
  isTemporalCli,
  onPath,
  TEMPORAL_CLI_VERSION,
  TEST_SERVER_VERSION,
} from './src/platform/embedded/tools.mjs';

const ROOT = path.dirname(fileURLToPath(import.meta.url));
const NODE_MAJOR = 24; // runs TypeScript as it is
const GO_LEAST = [1, 24]; // what the Temporal CLI's go.mod asks for
const DOWNLOAD_SERVICE = 'https://temporal.download'; // the service the Temporal SDKs use
const ANSWER_BOUND = 5_000; // ms: a closed network is noticed here, not after a minute
const TRANSFER_BOUND = 180_000; // ms: 90 MB over a slow line
const BUILD_BOUND = 1_800_000; // ms: 4 minutes on two cores, with room for a slow proxy
const SIGN_OF_LIFE = 15_000; // ms between lines while something long runs

const forTests = process.argv.includes('--test');

/** What a person must do before we can go on. */
class SetupError extends Error {}

// A signal's default death skips `exit`, which is where a running build is ended with us.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1));

try {
  await installDependencies();
  requireNode();
  if (forTests || !process.env.TEMPORAL_ADDRESS) await provideTemporal();
  if (forTests) {
    await provideTestServer();
    requireBrowser();
  }
} catch (error) {
  console.error(`\n✗ ${error instanceof SetupError ? error.message : (error.stack ?? error)}\n`);
  process.exit(1);
}

async function installDependencies() {
  if (installedAsLocked()) return;
  say('安装依赖，约一分钟', 'installing dependencies, about a minute');
  const npm = process.env.npm_execpath;
  const command = npm?.endsWith('.js') ? [process.execPath, npm] : ['npm'];
  const args = ['ci', '--no-audit', '--no-fund', '--loglevel=error'];
  const ended = await run([...command, ...args], { cwd: ROOT, shell: process.platform === 'win32' && !npm });
  if (!ended.ok || !installedAsLocked())
    throw new SetupError(
      both(
        '依赖没有装好，原因见上；检查网络或 npm 镜像后重试',
        'npm ci failed for the reason above; check the network or the npm registry and run this again',
      ),
    );
}

/** npm writes node_modules/.package-lock.json last, so it is a stamp of a finished installation and says what is in it. */
function installedAsLocked() {
  let wanted, installed;
  try {
    wanted = readPackages('package-lock.json');
    installed = readPackages('node_modules/.package-lock.json');
  } catch {
    return false;
  }
  const omitted = (entry) => entry.optional || entry.peer || (entry.dev && process.env.NODE_ENV === 'production');
  return Object.entries(wanted).every(([place, entry]) => {
    if (place === '') return true;
    const found = installed[place];
    return found ? found.version === entry.version : omitted(entry);
  });
}

function readPackages(file) {
  return JSON.parse(fs.readFileSync(path.join(ROOT, file), 'utf8')).packages;
}

/** The server code is TypeScript: Node 24 runs it, either the one that runs us or the one npm has just installed. */
function requireNode() {
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR) return;
  const local = path.join(ROOT, 'node_modules', '.bin', 'node');
  if (Number.parseInt(answer(local, ['--version'])?.slice(1) ?? '', 10) >= NODE_MAJOR) return;
  throw new SetupError(
    both(
      `本机（${process.platform}-${process.arch}）装不上随附的 Node ${NODE_MAJOR}，请先安装 Node ${NODE_MAJOR}：https://nodejs.org`,
      `the bundled Node ${NODE_MAJOR} does not run on ${process.platform}-${process.arch}: install Node ${NODE_MAJOR} from https://nodejs.org`,
    ),
  );
}

async function provideTemporal() {
  if (findTemporalCli()) return;
  const file = cachedTemporalCli();
  say('准备 Temporal 服务器：先试下载', 'getting the Temporal server: trying a download');
  const got =
    (await cached(file, (part) => download('cli', `v${TEMPORAL_CLI_VERSION}`, part))) || (await buildTemporal(file));
  if (got && findTemporalCli()) return;
  throw new SetupError(
    both(
      `没有 Temporal 服务器：请安装 Go ${GO_LEAST.join('.')} 以上（https://go.dev/dl）后重试，或把 temporal 放入 PATH，或设置 TEMPORAL_ADDRESS`,
      `no Temporal server: install Go ${GO_LEAST.join('.')} or later (https://go.dev/dl) and run this again, or put \`temporal\` on the PATH, or set TEMPORAL_ADDRESS`,
    ),
  );
}

/** @returns whether a program now stands at `file`. */
async function buildTemporal(file) {
  const version = answer('go', ['env', 'GOVERSION'])
    ?.match(/^go(\d+)\.(\d+)/)
    ?.slice(1)
    .map(Number);
  if (!version || version[0] < GO_LEAST[0] || (version[0] === GO_LEAST[0] && version[1] < GO_LEAST[1])) return false;
  say('用 Go 编译 Temporal，约四分钟，仅此一次', 'building Temporal with Go, about 4 minutes, only this once');
  return cached(file, async (part) => {
    const install = [
      'go',
      'install',
      '-ldflags=-s -w',
      `github.com/temporalio/cli/cmd/temporal@v${TEMPORAL_CLI_VERSION}`,
    ];
    const { ok, output } = await run(install, { cwd: part, env: { ...process.env, GOBIN: part }, quiet: true });
    if (!ok) console.error(output);
    return ok;
  });
}

async function provideTestServer() {
  if (findTestServer()) return;
  const file = cachedTestServer();
  say('准备可快进时间的测试服务器', 'getting the time-skipping test server');
  const name = 'temporal-test-server';
  const got =
    (onPath('java') && onPath('mvn') && (await cached(file, fetchTestServer))) ||
    (await cached(file, (part) => download(name, `v${TEST_SERVER_VERSION}`, part)));
  if (got) return;
  throw new SetupError(
    both(
      '没有测试用的 Temporal 服务器：请安装 Java 11 以上和 Maven（如 apt-get install maven）后重试',
      'no time-skipping test server: install Java 11 or later and Maven (for example apt-get install maven) and run this again',
    ),
  );
}

/** Maven's copy of the test server, behind a launcher that takes what the Temporal SDK passes: the port first. */
async function fetchTestServer(part) {
  const dependency = (group, artifact, version) =>
    `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`;
  fs.writeFileSync(
    path.join(part, 'pom.xml'),
    `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>doorstep</groupId><artifactId>test-server</artifactId><version>1</version><packaging>pom</packaging><dependencies>
${dependency('io.temporal', 'temporal-test-server', TEST_SERVER_VERSION)}
${dependency('org.slf4j', 'slf4j-nop', '1.7.36')}
</dependencies></project>\n`,
  );
  const copy = ['mvn', '-B', '-q', 'dependency:copy-dependencies', '-DincludeScope=runtime', '-DoutputDirectory=lib'];
  const { ok, output } = await run(copy, { cwd: part, quiet: true });
  if (!ok) {
    console.error(output);
    return false;
  }
  // `exec`, so that a kill of the launcher is a kill of the server. No --enable-time-skipping: the SDK unlocks time itself
  // while a result is awaited, and with the flag time runs ahead of a worker that is still starting.
  // The flags: on two cores its optimizing compiler takes more from a drive than it gives back.
  const launcher = `#!/bin/sh\nexec java -XX:TieredStopAtLevel=1 -XX:+UseSerialGC -cp "$(dirname "$0")/lib/*" io.temporal.testserver.TestServer "$@"\n`;
  fs.writeFileSync(path.join(part, 'temporal-test-server'), launcher, { mode: 0o755 });
  return true;
}

/** The browser of the end-to-end tests comes from npm; only its absence needs a word. */
function requireBrowser() {
  if (fs.existsSync(path.join(ROOT, 'node_modules/@sparticuz/chromium/bin'))) return;
  throw new SetupError(both('缺少测试用浏览器，请运行 npm ci', 'the browser of the tests is missing: run npm ci'));
}

/**
 * Fills the folder of `file` by `make(part)`, which says whether it could. The folder appears in one rename,
 * so a kill leaves nothing half made. @returns whether a program now stands at `file`.
 */
async function cached(file, make) {
  const folder = path.dirname(file);
  const part = `${folder}.part-${process.pid}`;
  removeAbandoned(folder);
  fs.mkdirSync(part, { recursive: true });
  try {
    if (!(await make(part))) return false;
    fs.rmSync(folder, { recursive: true, force: true });
    fs.renameSync(part, folder);
    return fs.existsSync(file);
  } finally {
    fs.rmSync(part, { recursive: true, force: true });
  }
}

/** Removes parts whose maker was killed. */
function removeAbandoned(folder) {
  const parent = path.dirname(folder);
  const prefix = `${path.basename(folder)}.part-`;
  for (const name of fs.existsSync(parent) ? fs.readdirSync(parent) : []) {
    if (!name.startsWith(prefix)) continue;
    try {
      process.kill(Number(name.slice(prefix.length)), 0);
    } catch {
      fs.rmSync(path.join(parent, name), { recursive: true, force: true });
    }
  }
}

/** Asks the service of the Temporal SDKs for a pinned program and unpacks it into `part`. @returns whether it is there. */
async function download(artifact, version, part) {
  const os = { linux: 'linux', darwin: 'darwin', win32: 'windows' }[process.platform];
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch];
  if (!os || !arch) return false;
  try {
    const query = new URLSearchParams({ platform: os, arch, format: 'tar.gz' });
    const asked = await fetch(`${DOWNLOAD_SERVICE}/${artifact}/${version}?${query}`, {
      signal: AbortSignal.timeout(ANSWER_BOUND),
    });
    if (!asked.ok) return false;
    const { archiveUrl, fileToExtract } = await asked.json();
    const archive = await fetch(archiveUrl, { signal: AbortSignal.timeout(TRANSFER_BOUND) });
    if (!archive.ok) return false;
    const file = path.join(part, 'archive.tar.gz');
    fs.writeFileSync(file, Buffer.from(await archive.arrayBuffer()));
    execFileSync('tar', ['-xzf', file, '-C', part, fileToExtract]);
    const wanted = path.join(
      part,
      artifact === 'cli' ? path.basename(cachedTemporalCli()) : path.basename(cachedTestServer()),
    );
    const unpacked = path.join(part, fileToExtract);
    if (unpacked !== wanted) fs.renameSync(unpacked, wanted);
    fs.rmSync(file);
    return artifact !== 'cli' || isTemporalCli(wanted);
  } catch {
    say('下载不通，改用别的办法', 'the download is closed, going on without it');
    return false;
  }
}

/** Runs a command; with `quiet` its output is kept for the case that it fails, and a line says now and then that it lives. */
function run([command, ...args], { quiet = false, ...options }) {
  const started = Date.now();
  const child = spawn(command, args, {
    ...options,
    stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
    timeout: BUILD_BOUND,
  });
  const chunks = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  child.stderr?.on('data', (chunk) => chunks.push(chunk));
  const life = setInterval(() => {
    const seconds = Math.round((Date.now() - started) / 1000);
    say(`仍在进行，已 ${seconds} 秒`, `still at it, ${seconds} s`);
  }, SIGN_OF_LIFE);
  const end = () => child.kill();
  process.once('exit', end);
  return new Promise((resolve) => {
    const settle = (ok, trouble) => {
      clearInterval(life);
      process.off('exit', end);
      resolve({ ok, output: trouble ?? Buffer.concat(chunks).toString() });
    };
    child.on('error', (error) => settle(false, error.message));
    child.on('close', (code) => settle(code === 0));
  });
}

/** What a command prints, or undefined when it does not run. */
function answer(command, args) {
  try {
    return execFileSync(command, args, {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: ANSWER_BOUND * 2,
    });
  } catch {
    return undefined;
  }
}

function both(chinese, english) {
  return `${chinese}。\n  ${english}.`;
}

function say(chinese, english) {
  console.log(`• ${chinese} / ${english} …`);
}
