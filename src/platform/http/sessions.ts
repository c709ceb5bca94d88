// src/platform/http/sessions.ts: who is signed in is kept in PostgreSQL; the browser holds a random token and nothing else.
import pgSession from 'connect-pg-simple';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import type pg from 'pg';
import { Refusal } from './problem.ts';

declare module 'express-session' {
  interface SessionData {
    accountId: string;
    countyCode: string;
    /** Milliseconds since 1970, the wall's clock. */
    signedInAt: number;
  }
}

const IDLE = 2 * 3_600_000; // ms: a morning's visits between two looks at the page, not a night
const LONGEST = 12 * 3_600_000; // ms: one working day, however busy
const PRUNE = 15 * 60; // s between two sweeps of expired rows

export interface Sessions {
  readonly middleware: RequestHandler;
  close(): void;
}

export function openSessions(pool: pg.Pool, secret: string, publicUrl: string): Sessions {
  const secure = publicUrl.startsWith('https:');
  const Store = pgSession(session);
  const store = new Store({ pool, tableName: 'session', pruneSessionInterval: PRUNE, errorLog: () => {} });
  const parse = session({
    store,
    secret,
    name: secure ? '__Host-doorstep' : 'doorstep', // the prefix pins the cookie to this host and to https
    resave: false,
    rolling: true,
    saveUninitialized: false,
    cookie: { httpOnly: true, sameSite: 'lax', secure, path: '/', maxAge: IDLE },
  });
  return {
    middleware: (request, response, next) => {
      parse(request, response, (error?: unknown) => {
        if (error) return next(error);
        const { signedInAt } = request.session;
        if (signedInAt === undefined || Date.now() - signedInAt <= LONGEST) return next();
        request.session.regenerate((failed?: unknown) => next(failed));
      });
    },
    close: () => store.close(),
  };
}

/** A new token for whoever just proved who she is: the one from before is worth nothing. */
export function begin(request: Request, who: { accountId: string; countyCode: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    request.session.regenerate((error?: unknown) => {
      if (error) return reject(error);
      Object.assign(request.session, who, { signedInAt: Date.now() });
      request.session.save((failed?: unknown) => (failed ? reject(failed) : resolve()));
    });
  });
}

export function end(request: Request): Promise<void> {
  return new Promise((resolve, reject) =>
    request.session.destroy((error?: unknown) => (error ? reject(error) : resolve())),
  );
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Whatever changes something must come from our own pages, or from a program that is no browser. The cookie's SameSite is the second wall. */
export function sameOrigin(publicUrl: string): RequestHandler {
  const ours = new URL(publicUrl).origin;
  return (request: Request, _response: Response, next: NextFunction) => {
    if (SAFE.has(request.method)) return next();
    const origin = request.get('origin');
    const site = request.get('sec-fetch-site');
    const here = `${request.protocol}://${request.get('host') ?? ''}`;
    if (origin ? origin === ours || origin === here : site === undefined || site === 'same-origin' || site === 'none')
      return next();
    next(new Refusal(403, { code: 'other_site' }));
  };
}
