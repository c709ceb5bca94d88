// src/config.ts: every setting of the program, parsed once from the environment, with its default, unit and meaning.
import * as z from 'zod';
import type { Keys } from './platform/crypto.ts';

const KEY_BYTES = 32; // AES-256

const settings = {
  NODE_ENV: z
    .string()
    .default('development')
    .describe('`production` refuses the story and insists on https for cookies'),
  DATABASE_URL: z
    .url({ protocol: /^postgres(ql)?$/ })
    .describe('the owner of the database; unset under `doorstep start`: an embedded PostgreSQL'),
  TEMPORAL_ADDRESS: z
    .string()
    .min(1)
    .describe('host:port of the Temporal front end; unset under `doorstep start`: an embedded dev server'),
  TEMPORAL_NAMESPACE: z.string().min(1).default('default').describe('the Temporal namespace'),
  WORKFLOW_BUNDLE: z
    .string()
    .optional()
    .describe(
      'path of the workflows as one script, made by `node src/platform/workflow-bundle.ts > workflows.js` when a release is installed; unset: made at every start, some 2 s',
    ),
  COUNTY_CODE: z
    .string()
    .regex(/^\d{6}$/)
    .default('450803')
    .describe('GB/T 2260 code of the county that this process serves'),
  PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(8080)
    .describe('TCP port of the API; `doorstep start` takes the next free one'),
  HOST: z.string().default('127.0.0.1').describe('address the API listens on; 0.0.0.0 for a network'),
  OPERATOR_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .default(0)
    .describe('TCP port of /readyz and /metrics, apart from the public one; 0: any free one, which the log names'),
  OPERATOR_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('address /readyz and /metrics listen on; they ask for no sign-in: never a public one'),
  PUBLIC_URL: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe('where people reach the pages, no trailing slash; https in production; default http://localhost:PORT'),
  TRUSTED_PROXIES: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('reverse proxies between people and the API, a count'),
  SMTP_URL: z.url({ protocol: /^smtps?$/ }).describe('the mail server; unset under `doorstep start`: the mailbox page'),
  MAIL_FROM: z.string().min(3).default('到户 Doorstep <doorstep@localhost.example>').describe('sender of every mail'),
  SESSION_SECRET: z.string().min(24).describe('signs session cookies, at least 24 characters'),
  FIELD_KEYS: z
    .string()
    .describe(
      'encrypts ID numbers, telephones and Temporal payloads: id:base64 of 32 bytes, comma-separated; old ids still open',
    ),
  FIELD_KEY_CURRENT: z
    .string()
    .optional()
    .describe('id of the key that encrypts from now on; default the first of FIELD_KEYS'),
  INDEX_KEY: z.string().describe('key of the blind indexes, base64 of 32 bytes; changing it means re-indexing'),
  STORY: z.enum(['on', 'off']).default('off').describe('story time and the mailbox of a demonstration'),
  LOG_LEVEL: z
    .enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'])
    .default('info')
    .describe('least level that is logged'),
  APP_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(1)
    .default(8)
    .describe('PostgreSQL connections for people, a count per process'),
  SYSTEM_CONNECTIONS: z.coerce
    .number()
    .int()
    .min(2)
    .default(8)
    .describe('PostgreSQL connections for the system, a count per process'),
} as const;

export interface Config {
  readonly production: boolean;
  readonly databaseUrl: string;
  readonly appConnections: number;
  readonly systemConnections: number;
  readonly temporalAddress: string;
  readonly temporalNamespace: string;
  readonly workflowBundle?: string;
  readonly countyCode: string;
  readonly port: number;
  readonly host: string;
  readonly operatorPort: number;
  readonly operatorHost: string;
  /** No trailing slash. */
  readonly publicUrl: string;
  readonly trustedProxies: number;
  readonly smtpUrl: string;
  readonly mailFrom: string;
  readonly sessionSecret: string;
  readonly keys: Keys;
  /** Story time is in force: never in production. */
  readonly story: boolean;
  readonly logLevel: z.infer<(typeof settings)['LOG_LEVEL']>;
}

/** Settings that are missing or wrong, a sentence each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError naming every setting that is missing or wrong, never its value. */
export function loadConfig(env: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const parsed = z.object(settings).safeParse(given);
  if (!parsed.success)
    throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'));
  const found = parsed.data;
  const production = found.NODE_ENV === 'production';
  if (production && found.STORY === 'on')
    throw new ConfigError('STORY: story time is refused when NODE_ENV is production');
  // Without it cookies would go out insecure and mails would lead to http: a county must not open like that.
  if (production && !found.PUBLIC_URL?.startsWith('https://'))
    throw new ConfigError(
      'PUBLIC_URL: 生产环境必须写明 https 地址 / an https address is required when NODE_ENV is production',
    );
  return {
    production,
    databaseUrl: found.DATABASE_URL,
    appConnections: found.APP_CONNECTIONS,
    systemConnections: found.SYSTEM_CONNECTIONS,
    temporalAddress: found.TEMPORAL_ADDRESS,
    temporalNamespace: found.TEMPORAL_NAMESPACE,
    ...(found.WORKFLOW_BUNDLE === undefined ? {} : { workflowBundle: found.WORKFLOW_BUNDLE }),
    countyCode: found.COUNTY_CODE,
    port: found.PORT,
    host: found.HOST,
    operatorPort: found.OPERATOR_PORT,
    operatorHost: found.OPERATOR_HOST,
    publicUrl: (found.PUBLIC_URL ?? `http://localhost:${found.PORT}`).replace(/\/+$/, ''),
    trustedProxies: found.TRUSTED_PROXIES,
    smtpUrl: found.SMTP_URL,
    mailFrom: found.MAIL_FROM,
    sessionSecret: found.SESSION_SECRET,
    keys: keysOf(found.FIELD_KEYS, found.FIELD_KEY_CURRENT, found.INDEX_KEY),
    story: found.STORY === 'on',
    logLevel: found.LOG_LEVEL,
  };
}

function keysOf(listed: string, current: string | undefined, index: string): Keys {
  const byId: Record<string, Buffer> = {};
  for (const item of listed.split(',')) {
    const [id = '', key = ''] = item.trim().split(/:(.*)/s);
    if (!/^[\w-]+$/.test(id))
      throw new ConfigError('FIELD_KEYS: each key is id:base64, its id of letters, digits, - and _');
    byId[id] = key32('FIELD_KEYS', key);
  }
  const first = current ?? Object.keys(byId)[0] ?? '';
  if (!byId[first]) throw new ConfigError('FIELD_KEY_CURRENT: names no key of FIELD_KEYS');
  return { current: first, byId, index: key32('INDEX_KEY', index) };
}

function key32(name: string, text: string): Buffer {
  const key = Buffer.from(text, 'base64');
  if (key.length !== KEY_BYTES) throw new ConfigError(`${name}: a key is ${KEY_BYTES} bytes in base64`);
  return key;
}

/** Every setting as a person would look it up: name, default where there is one, meaning. */
export function describeSettings(): { name: string; byDefault: string | null; meaning: string }[] {
  return Object.entries(settings).map(([name, schema]) => {
    const empty = schema.safeParse(undefined);
    return {
      name,
      byDefault: empty.success && empty.data !== undefined ? String(empty.data) : null,
      meaning: schema.description ?? '',
    };
  });
}
