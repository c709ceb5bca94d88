// src/commands/start.ts: `doorstep start`: a whole county on this machine, kept up until Ctrl-C.
import { loadConfig } from '../config.ts';
import { isFree } from '../platform/embedded/ports.ts';
import { startPostgres } from '../platform/embedded/postgres.ts';
import { type Supervisor, supervisor } from '../platform/embedded/supervise.ts';
import { startTemporal } from '../platform/embedded/temporal.ts';
import { migrate } from '../platform/migrate.ts';
import { openExample } from './example.ts';
import {
  demoPassword,
  type Environment,
  ofOlderVersion,
  POSTGRES_DIR,
  readRunning,
  removeRunning,
  TEMPORAL_DIR,
  withSecrets,
  writeRunning,
} from './ground.ts';
import { startMailbox } from './mailbox.ts';
import { startPart } from './part.ts';

const DEFAULT_PORT = 8080;

/** Resolves when everything has stopped. */
export async function start(): Promise<void> {
  const running = readRunning();
  if (running) {
    console.log(`到户已经在运行 / Doorstep is running already: ${running.url}`);
    return;
  }
  const parts = supervisor();
  const asked = new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
    process.once('SIGHUP', resolve);
  });
  const up = startParts(parts);
  up.catch(() => {}); // told of below, once the parts that did start have stopped
  const trouble = await Promise.race([asked, up.then(() => asked)]).then(
    () => null,
    (error: unknown) => error,
  );
  console.log('\n正在停止 / stopping …');
  await up.catch(() => {}); // a part that is just starting is stopped too
  await parts.stop();
  removeRunning();
  if (trouble) throw trouble;
}

async function startParts(parts: Supervisor): Promise<void> {
  const env = await environment();
  step('数据库 PostgreSQL');
  let databaseUrl = env.DATABASE_URL;
  const ours = !databaseUrl;
  if (!databaseUrl) {
    const postgres = await parts.supervise('PostgreSQL', () => startPostgres({ dir: POSTGRES_DIR }));
    databaseUrl = postgres.current.url;
    env.DATABASE_URL = databaseUrl;
  }
  step('数据表 schema'); // before anything else that reads or writes: an older county is not touched
  await migrate(databaseUrl).catch((error: unknown) => {
    throw ours ? ofOlderVersion(error) : error;
  });
  step('工作流服务 Temporal');
  if (!env.TEMPORAL_ADDRESS) {
    const temporal = await parts.supervise('Temporal', () => startTemporal({ dir: TEMPORAL_DIR }));
    env.TEMPORAL_ADDRESS = temporal.current.address;
  }
  if (!env.SMTP_URL) {
    step('邮箱 mailbox');
    const mailbox = await parts.supervise('mailbox', () => startMailbox(databaseUrl));
    env.SMTP_URL = mailbox.current.url;
  }
  const config = loadConfig(env);
  const people = config.story ? await openExample(config, demoPassword(), ours, step) : [];
  step('接口与网页 API and pages');
  const childEnv = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  const url = `http://localhost:${config.port}`;
  const ready = async () => (await fetch(`http://127.0.0.1:${config.port}/healthz`)).ok;
  await parts.supervise('API', () => startPart('api', childEnv, ready));
  step('后台 worker');
  await parts.supervise('worker', () => startPart('worker', childEnv));
  writeRunning(env, url);
  console.log(`
  到户 Doorstep   ${url}
  接口说明 API     ${url}/api
  邮箱 mailbox     ${url}/#/mailbox
${people.map(({ role, login }) => `  ${role}   ${login} / ${demoPassword()}`).join('\n')}

  Ctrl-C 停止 / to stop; npm run doorstep -- demo --next-day 过一天
`);
}

/** What was set, with what an embedded county needs besides. The story is the default where the database is ours alone. */
async function environment(): Promise<Environment> {
  const env = withSecrets(process.env);
  const story = env.STORY || (env.DATABASE_URL || env.NODE_ENV === 'production' ? 'off' : 'on');
  return {
    ...env,
    STORY: story,
    PORT: String(await nextFreePort(Number(env.PORT || DEFAULT_PORT))),
    LOG_LEVEL: env.LOG_LEVEL || 'warn',
  };
}

async function nextFreePort(wanted: number): Promise<number> {
  for (let port = wanted; port < 65_536; port++) if (await isFree(port)) return port;
  throw new Error(`no free port from ${wanted} on`);
}

const step = (what: string): void => console.log(`• ${what}`);
