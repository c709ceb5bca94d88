// src/platform/http/mount.ts: opens a declared door: who is it, may she, is it well formed, then one transaction, and an answer.
import { createHash } from 'node:crypto';
import type { Request, RequestHandler, Response } from 'express';
import type * as z from 'zod';
import type { AccountActor } from '../actor.ts';
import { systemActor } from '../actor.ts';
import type { Instant } from '../civil.ts';
import { canonicalHash, type Keys } from '../crypto.ts';
import type { Db, Tx } from '../db.ts';
import { type Answer, once } from '../idempotency.ts';
import type { Locale } from '../locale.ts';
import { namesOf } from './openapi.ts';
import { faultsOf, Refusal } from './problem.ts';
import { everyone, type Role, type Route } from './route.ts';

/** What is known of somebody signed in, on the day of the request. */
export interface Signed {
  readonly roles: readonly Role[];
  /** She had a post that has ended. */
  readonly former: boolean;
  readonly locale: Locale;
}

export interface Doors {
  readonly db: Db;
  readonly keys: Keys;
  readonly now: () => Promise<Instant>;
  /** Her roles today; null when the account is gone or disabled. Asked in her own transaction. */
  readonly who: (tx: Tx, actor: AccountActor, asOf: Instant) => Promise<Signed | null>;
}

const WORTH_ANOTHER_TRY = new Set(['40001', '40P01']); // serialization failure, deadlock: the other one has finished by now
const FAULTS_TOLD = 100; // of a body: whoever has more of them has the wrong body
const KEY = /^[\x21-\x7e]{1,255}$/; // what an Idempotency-Key may be

export function mounted(route: Route, doors: Doors): RequestHandler {
  return async (request, response) => {
    const actor = signedInActor(request);
    const asOf = await doors.now();
    const key = request.method === 'POST' ? idempotencyKey(request) : null;
    const attempt = () => answer(route, doors, request, response, actor, asOf, key);
    const { status, body } = await attempt().catch((error: { code?: string }) => {
      if (!WORTH_ANOTHER_TRY.has(error?.code ?? '')) throw error;
      return attempt();
    });
    response.status(status).set('Cache-Control', 'no-store').json(body);
  };
}

async function answer(
  route: Route,
  doors: Doors,
  request: Request,
  response: Response,
  actor: AccountActor,
  asOf: Instant,
  key: string | null,
): Promise<Answer> {
  const { spec } = route;
  const admitted = async (tx: Tx): Promise<void> => {
    const signed = await doors.who(tx, actor, asOf);
    if (!signed) throw new Refusal(401, { code: 'not_signed_in' });
    if (!request.get('accept-language')) response.locals.locale = signed.locale;
    const asFormer = spec.afterPost === true && signed.former;
    if (!asFormer && !spec.roles.some((role) => signed.roles.includes(role)))
      throw new Refusal(403, { code: 'not_your_role' });
  };
  const deed = async (tx: Tx, ready: unknown): Promise<Answer> => {
    const call = { tx, actor, asOf, keys: doors.keys, ready, ...parsed(route, request) };
    const reply = spec.reply.parse(await route.handle(call));
    return { status: spec.status ?? 200, body: reply };
  };
  const done = (tx: Tx, ready?: unknown) =>
    key === null ? deed(tx, ready) : once(tx, actor, key, requestHash(request), asOf, () => deed(tx, ready));
  if (spec.elevated || spec.before) {
    await doors.db.tx(actor, asOf, admitted);
    const ready = await spec.before?.(parsed(route, request));
    return doors.db.tx(spec.elevated ? systemActor(actor.countyCode) : actor, asOf, (tx) => done(tx, ready));
  }
  const asOneOf = spec.roles === everyone ? [] : spec.roles;
  return doors.db.tx(
    actor,
    asOf,
    async (tx) => {
      await admitted(tx);
      return done(tx);
    },
    asOneOf,
  );
}

/** Before a body is read: nobody sends us a megabyte without a session. Whether it still counts is asked in the transaction. */
export const refuseStrangers: RequestHandler = (request, _response, next) => {
  signedInActor(request);
  next();
};

function signedInActor(request: Request): AccountActor {
  const { accountId, countyCode } = request.session;
  if (!accountId || !countyCode) throw new Refusal(401, { code: 'not_signed_in' });
  return { kind: 'account', accountId, countyCode };
}

function parsed({ spec }: Route, request: Request) {
  return {
    params: part(spec.params, request.params, '/path'),
    query: part(spec.query, known(spec.query, request.query), '/query'),
    body: part(spec.body, request.body, ''),
  };
}

function part(schema: z.ZodType<unknown> | undefined, given: unknown, where: string): unknown {
  if (!schema) return undefined;
  const result = schema.safeParse(given ?? {}, { reportInput: true });
  if (result.success) return result.data;
  throw new Refusal(422, faultsOf(result.error, where).slice(0, FAULTS_TOLD));
}

/** A misspelt filter that is not heard would answer everything. @throws Refusal 422 `field_unknown`. */
export function known(
  schema: z.ZodType<unknown> | undefined,
  query: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const names = new Set(schema ? namesOf(schema) : []);
  const unknown = Object.keys(query).filter((name) => !names.has(name));
  if (unknown.length === 0) return query;
  throw new Refusal(
    422,
    unknown.map((name) => ({ code: 'field_unknown', field: `/query/${name}` })),
  );
}

function idempotencyKey(request: Request): string | null {
  const key = request.get('idempotency-key');
  if (key === undefined) return null;
  if (!KEY.test(key)) throw new Refusal(400, { code: 'idempotency_key_form' });
  return key;
}

function requestHash(request: Request): string {
  const body: unknown = request.body;
  const content = Buffer.isBuffer(body) ? createHash('sha256').update(body).digest('hex') : body;
  return canonicalHash([request.method, request.originalUrl, content ?? null]);
}
