// src/platform/http/problem.ts: every refusal in one form (RFC 9457): a stable code, the field, the reason and the remedy in the reader's language.
import type { NextFunction, Request, Response } from 'express';
import * as z from 'zod';
import { DomainError, type Fault, Status } from '../errors.ts';
import { keysOf, type Locale, say } from '../locale.ts';
import type { Log } from '../log.ts';

/** A refusal of the door itself, before any deed: not signed in, unreadable, too large, too often. */
export class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status: number;
  readonly faults: readonly Fault[];
  constructor(status: number, faults: Fault | readonly Fault[]) {
    const list = Array.isArray(faults) ? (faults as readonly Fault[]) : [faults as Fault];
    super(list.map((fault) => fault.code).join('; '));
    this.status = status;
    this.faults = list;
  }
}

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** The first fault's code: stable, for programs. */
  readonly code: string;
  readonly requestId: string;
  readonly faults: readonly (Fault & { readonly reason: string; readonly remedy: string })[];
}

const known = new Set(keysOf('zh-CN'));
const words = (locale: Locale, key: string, params: Fault['params']): string =>
  known.has(key) ? say(locale, key, params) : key;

export function problem(status: number, faults: readonly Fault[], locale: Locale, requestId: string): Problem {
  const told = faults.map((fault) => ({
    ...fault,
    reason: words(locale, `problem.${fault.code}`, fault.params),
    remedy: words(locale, `remedy.${fault.code}`, fault.params),
  }));
  const code = told[0]?.code ?? 'unknown';
  return {
    type: `urn:doorstep:problem:${code}`,
    title: told[0]?.reason ?? code,
    status,
    code,
    requestId,
    faults: told,
  };
}

/** The faults of a body, a query or a path that zod did not take (asked with `reportInput`). `where` begins the JSON pointer: '' for the body. */
export function faultsOf(error: z.ZodError, where: string): Fault[] {
  return error.issues.flatMap((issue): Fault[] => {
    const field =
      `${where}${issue.path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')}` ||
      '/';
    const missing = issue.input === undefined && issue.path.length > 0;
    switch (issue.code) {
      case 'unrecognized_keys':
        return issue.keys.map((key) => ({ code: 'field_unknown', field: `${field === '/' ? '' : field}/${key}` }));
      case 'invalid_type':
        return missing
          ? [{ code: 'field_missing', field }]
          : [{ code: 'field_type', field, params: { expected: issue.expected } }];
      case 'too_small':
        return [{ code: 'field_too_small', field, params: { least: String(issue.minimum) } }];
      case 'too_big':
        return [{ code: 'field_too_big', field, params: { most: String(issue.maximum) } }];
      case 'invalid_value':
        return missing
          ? [{ code: 'field_missing', field }]
          : [{ code: 'field_choice', field, params: { choices: issue.values.map(String).join(', ') } }];
      case 'invalid_format':
        return [{ code: formatCode(issue.format, issue.input), field }];
      case 'custom':
        return [{ code: typeof issue.params?.code === 'string' ? issue.params.code : 'field_form', field }];
      default:
        return [{ code: 'field_form', field }];
    }
  });
}

/** 30 February looks like a day and is none; 2018/2/3 is a day and does not look like one. */
function formatCode(format: string, input: unknown): string {
  if (format !== 'date' && format !== 'datetime') return 'field_form';
  const looksLikeADay = /^\d{4}-\d{2}-\d{2}(T|$)/.test(String(input));
  if (looksLikeADay && !z.iso.date().safeParse(String(input).slice(0, 10)).success) return 'field_no_such_day';
  return format === 'date' ? 'field_day_form' : 'field_moment_form';
}

/** zh-CN unless the account, or else the browser, prefers English. */
export function localeOf(request: Request): Locale {
  const asked = request.get('accept-language');
  if (!asked) return 'zh-CN';
  return request.acceptsLanguages('zh-CN', 'zh', 'en')?.toString().startsWith('en') ? 'en' : 'zh-CN';
}

/** What reads bodies throws with a status of its own (http-errors): unreadable, too large, in no coding or charset that we know. */
function refusedBody(error: { status?: unknown; expose?: unknown }): Refusal | null {
  const { status, expose } = error;
  if (typeof status !== 'number' || status < 400 || status > 499 || typeof expose !== 'boolean') return null;
  if (status === 413) return new Refusal(413, { code: 'body_too_large' });
  if (status === 415) return new Refusal(415, { code: 'body_unsupported' });
  return new Refusal(400, { code: 'body_not_json' });
}

const RETRY_AFTER = '5'; // s: a restart of PostgreSQL takes some

/** PostgreSQL is starting, stopping or out of reach. */
const AWAY = /^(08...|57P0[1-4]|53300|ECONNREFUSED|ECONNRESET|EPIPE|ENOENT|ENOTFOUND|ETIMEDOUT|EAI_AGAIN)$/;
/** What `pg` says without a code when the connection went away under a statement. */
const CUT =
  /^(Connection terminated|Client has encountered a connection error|timeout exceeded when trying to connect)/;

// Constraints that a person can run into: the row exists, or points to nothing. Anything else is our own mistake.
const BY_SQLSTATE: Readonly<Record<string, Refusal>> = {
  '23505': new Refusal(409, { code: 'already_there' }),
  '23503': new Refusal(422, { code: 'points_nowhere' }),
  '23P01': new Refusal(409, { code: 'already_there' }),
  '42501': new Refusal(403, { code: 'not_your_area' }),
  '40001': new Refusal(409, { code: 'busy' }),
  '40P01': new Refusal(409, { code: 'busy' }),
  '55P03': new Refusal(409, { code: 'busy' }),
  '57014': new Refusal(503, { code: 'too_slow' }),
  // A value that no column takes: a cursor that is none, a NUL, half an emoji, a number or a day out of all bounds.
  '22021': new Refusal(422, { code: 'value_not_storable' }),
  '22P02': new Refusal(422, { code: 'value_not_storable' }),
  '22P05': new Refusal(422, { code: 'value_not_storable' }),
  '22003': new Refusal(422, { code: 'value_not_storable' }),
  '22007': new Refusal(422, { code: 'value_not_storable' }),
  '22008': new Refusal(422, { code: 'value_not_storable' }),
};

function refusalOf(error: unknown): Refusal | DomainError | null {
  if (error instanceof DomainError || error instanceof Refusal) return error;
  if (error instanceof URIError) return new Refusal(400, { code: 'address_unreadable' });
  if (!(error instanceof Error)) return null;
  const body = refusedBody(error as { status?: unknown; expose?: unknown });
  if (body) return body;
  const { code, day } = error as { code?: unknown; day?: unknown };
  if (code === 'calendar_missing') return new DomainError(Status.conflict, { code, params: { day: String(day) } });
  if (CUT.test(error.message) || (typeof code === 'string' && AWAY.test(code)))
    return new Refusal(503, { code: 'database_away' });
  return (typeof code === 'string' && BY_SQLSTATE[code]) || null;
}

/** Our own mistake is an error; what is away or too slow is a warning; a refusal is the day's work, whoever found it. */
function tell(log: Log, told: Refusal | DomainError | null, error: unknown, requestId: string): void {
  if (!told) log.error({ err: error, requestId }, 'a request failed');
  else if (told.status >= 500) log.warn({ err: error, requestId }, 'a request was not served');
  else log.debug({ code: told.faults[0]?.code, status: told.status, requestId }, 'a request was refused');
}

/** The last handler: express knows it by its four arguments. */
export function answerProblems(log: Log) {
  return (error: unknown, request: Request, response: Response, next: NextFunction): void => {
    if (response.headersSent) {
      next(error);
      return;
    }
    const refusal = refusalOf(error);
    const requestId = String(response.locals.requestId ?? '');
    tell(log, refusal, error, requestId);
    const told = refusal ?? new Refusal(500, { code: 'our_mistake' });
    const locale = (response.locals.locale as Locale | undefined) ?? localeOf(request);
    if (told.status === 503) response.set('Retry-After', RETRY_AFTER);
    response
      .status(told.status)
      .type('application/problem+json')
      .json(problem(told.status, told.faults, locale, requestId));
  };
}
