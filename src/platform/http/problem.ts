// src/platform/http/problem.ts: every refusal in one form (RFC 9457): a stable code, the field, the reason and the remedy in the reader's language.
import type { NextFunction, Request, Response } from 'express';
import type * as z from 'zod';
import { DomainError, type Fault } from '../errors.ts';
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
      default:
        return [{ code: 'field_form', field }];
    }
  });
}

/** zh-CN unless the account, or else the browser, prefers English. */
export function localeOf(request: Request): Locale {
  const asked = request.get('accept-language');
  if (!asked) return 'zh-CN';
  return request.acceptsLanguages('zh-CN', 'zh', 'en')?.toString().startsWith('en') ? 'en' : 'zh-CN';
}

/** What body parsers throw, by their own `type`. */
const UNREADABLE: Readonly<Record<string, Refusal>> = {
  'entity.parse.failed': new Refusal(400, { code: 'body_not_json' }),
  'entity.too.large': new Refusal(413, { code: 'body_too_large' }),
  'encoding.unsupported': new Refusal(415, { code: 'body_unsupported' }),
  'charset.unsupported': new Refusal(415, { code: 'body_unsupported' }),
  'request.aborted': new Refusal(400, { code: 'body_not_json' }),
  'request.size.invalid': new Refusal(400, { code: 'body_not_json' }),
};

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
  const { type, code } = (error ?? {}) as { type?: unknown; code?: unknown };
  if (typeof type === 'string' && UNREADABLE[type]) return UNREADABLE[type];
  if (typeof code === 'string' && BY_SQLSTATE[code]) return BY_SQLSTATE[code];
  if (error instanceof URIError) return new Refusal(400, { code: 'address_unreadable' });
  return null;
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
    if (!refusal || refusal.status >= 500 || 'code' in (error as object))
      log.error({ err: error, requestId }, 'a request failed');
    const told = refusal ?? new Refusal(500, { code: 'our_mistake' });
    const locale = (response.locals.locale as Locale | undefined) ?? localeOf(request);
    response
      .status(told.status)
      .type('application/problem+json')
      .json(problem(told.status, told.faults, locale, requestId));
  };
}
