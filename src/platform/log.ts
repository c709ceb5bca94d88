// src/platform/log.ts: JSON lines for machines, with request ids and without personal data.
import { type Logger, pino } from 'pino';

export type Log = Logger;

// Nothing below should ever be handed to the log; where somebody does, it is not written.
const NEVER = [
  'password',
  'body',
  'name',
  'phone',
  'email',
  'to',
  'idNo',
  'id_no',
  'cookie',
  'authorization',
  'text',
  'subject',
];

export function openLog(level: string, part: string): Log {
  return pino({
    level,
    base: { part },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: { paths: NEVER.flatMap((field) => [field, `*.${field}`, `*.*.${field}`]), censor: '…' },
    serializers: { err: serializeError },
  });
}

/** Type, code, message and stack. What PostgreSQL quotes of a row is left out: `detail` always, the message in class 22 (data exceptions). */
function serializeError(error: unknown): unknown {
  if (!(error instanceof Error)) return { message: String(error) };
  const { code, constraint } = error as { code?: unknown; constraint?: unknown };
  if (typeof code === 'string' && /^22...$/.test(code)) return { type: error.name, code };
  const cause = error.cause === undefined ? {} : { cause: serializeError(error.cause) };
  return { type: error.name, message: error.message, code, constraint, stack: error.stack, ...cause };
}
