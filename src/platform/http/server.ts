// src/platform/http/server.ts: the server's walls, in the order a request meets them, around the doors that rooms declare.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import express, { type Express, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { type Doors, mounted, refuseStrangers } from './mount.ts';
import { type ApiInfo, isFile, openApi, XLSX } from './openapi.ts';
import { answerProblems, Refusal } from './problem.ts';
import { referencePage } from './reference.ts';
import type { Route, RouteSpec } from './route.ts';
import { type Sessions, sameOrigin } from './sessions.ts';

const SIGN_IN_LIMIT = 4 * 1024; // bytes: anybody may send this much, and no more
const JSON_LIMIT = 1024 * 1024; // bytes: a visit with all its records is some 20 kB
const VALUES_LIMIT = 20_000; // of a body: a visit with a hundred records has some 2,000; 200,000 kept the loop for 2 s
const FILE_LIMIT = 10 * 1024 * 1024; // bytes: what the import takes: a county's register of 62,703 people is 6 MB
const PAGES = fileURLToPath(new URL('../../../web/console', import.meta.url));
const REQUEST_ID = /^[\w-]{8,64}$/;

export interface ServerOptions extends Doors {
  readonly routes: readonly Route[];
  /** Sign-in and what else is open to somebody not signed in, with how it is described. */
  readonly open: { readonly router: Router; readonly specs: readonly RouteSpec<unknown, unknown, unknown, unknown>[] };
  readonly sessions: Sessions;
  readonly publicUrl: string;
  readonly trustedProxies: number;
  readonly info: ApiInfo;
  readonly log: Log;
  readonly metrics: Metrics;
}

export function buildServer(options: ServerOptions): Express {
  const { log, metrics } = options;
  const app = express();
  app.disable('x-powered-by');
  app.set('trust proxy', options.trustedProxies);
  app.set('query parser', 'simple'); // repeated keys become arrays, nothing else becomes an object
  app.use(measured(log, metrics));
  app.use(walls(options.publicUrl));

  app.get('/healthz', (_request, response) => void response.json({ status: 'ok' }));

  const specs = [...options.open.specs, ...options.routes.map((route) => route.spec)];
  const document = openApi(specs, options.info);
  const reference = referencePage(document);
  app.get('/api', (_request, response) => void response.type('html').send(reference));
  app.get('/api/v1/openapi.json', (_request, response) => void response.json(document));

  app.use('/api/v1', options.sessions.middleware, sameOrigin(options.publicUrl));
  app.post('/api/v1/session', ...json(SIGN_IN_LIMIT));
  app.use('/api/v1', options.open.router);
  const jsonBody = json(JSON_LIMIT);
  const fileBody = [only(XLSX, FILE_LIMIT), express.raw({ type: XLSX, limit: FILE_LIMIT })];
  for (const route of options.routes) {
    const body = isFile(route.spec.body) ? fileBody : jsonBody;
    app[route.spec.method](`/api/v1${route.spec.path}`, refuseStrangers, ...body, mounted(route, options));
  }
  for (const [path, methods] of methodsByPath(specs)) app.all(`/api/v1${path}`, otherMethod(methods));

  app.use(express.static(PAGES, { index: 'index.html' }));
  app.use((_request, _response, next) => next(new Refusal(404, { code: 'no_such_address' })));
  app.use(answerProblems(log));
  return app;
}

/** A request id in the answer and in the log; time by declared route. Never an address, a query or a body: they name people. */
function measured(log: Log, metrics: Metrics): RequestHandler {
  return (request, response, next) => {
    const began = performance.now();
    const given = request.get('x-request-id') ?? '';
    const requestId = REQUEST_ID.test(given) ? given : randomUUID();
    response.locals.requestId = requestId;
    response.set('X-Request-Id', requestId);
    response.once('close', () => {
      const ms = Math.round(performance.now() - began);
      const route =
        (request.route as { path?: string } | undefined)?.path ?? (response.statusCode === 404 ? 'none' : 'page');
      metrics.answered(request.method, route, response.statusCode, ms / 1000);
      log.debug(
        {
          requestId,
          method: request.method,
          route,
          status: response.statusCode,
          ms,
          account: request.session?.accountId,
        },
        'answered',
      );
    });
    next();
  };
}

/** Everything a page needs comes from here: no inline script or style, no frame, no other host. */
function walls(publicUrl: string): RequestHandler {
  const https = publicUrl.startsWith('https:');
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        imgSrc: ["'self'", 'data:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
        ...(https ? { upgradeInsecureRequests: [] } : {}),
      },
    },
    strictTransportSecurity: https ? { maxAge: 31_536_000 } : false, // s: a year
    referrerPolicy: { policy: 'same-origin' },
  });
}

/** A body of any other type, or one that says it is larger, is refused before anybody reads it. */
function only(type: string, limit: number): RequestHandler {
  return (request, _response, next) => {
    const size = Number(request.headers['content-length'] ?? 0);
    const carries = request.headers['transfer-encoding'] !== undefined || size > 0;
    if (carries && !request.is([type])) return next(new Refusal(415, { code: 'body_unsupported' }));
    if (size > limit) return next(new Refusal(413, { code: 'body_too_large' }));
    next();
  };
}

const json = (limit: number): RequestHandler[] => [
  only('application/json', limit),
  express.json({ limit, reviver: storable }),
  bounded,
];

/** Small in bytes and large in values: every check after this one costs by the value. */
const bounded: RequestHandler = (request, _response, next) => {
  const open: unknown[] = [request.body];
  for (let seen = 0; open.length > 0; seen++) {
    const value = open.pop();
    if (seen + open.length > VALUES_LIMIT) return next(new Refusal(413, { code: 'body_too_large' }));
    if (value !== null && typeof value === 'object') for (const inner of Object.values(value)) open.push(inner);
  }
  next();
};

/** What no column can hold is left out of names and texts: a NUL, half of an emoji cut at a length. A record is never lost for it. */
function storable(_: string, value: unknown): unknown {
  if (typeof value === 'string') return cleaned(value);
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return value;
  const entries = Object.entries(value);
  if (entries.every(([name]) => cleaned(name) === name)) return value;
  const kept = new Map(entries.filter(([name]) => cleaned(name) === name));
  for (const [name, inner] of entries) {
    let free = cleaned(name);
    if (free === name) continue;
    while (kept.has(free)) free += '_'; // two names that differ by a NUL keep both their values
    kept.set(free, inner);
  }
  return Object.fromEntries(kept);
}

const cleaned = (text: string): string => text.toWellFormed().replaceAll('\0', '');

function methodsByPath(specs: ServerOptions['open']['specs']): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const { path, method } of specs) found.set(path, [...(found.get(path) ?? []), method.toUpperCase()]);
  return found;
}

/** RFC 9110 §15.5.6: a known address that knows this method not. */
function otherMethod(methods: readonly string[]): RequestHandler {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return (request, response, next) => {
    response.set('Allow', allow);
    if (request.method === 'OPTIONS') return void response.status(204).end();
    next(new Refusal(405, { code: 'method_not_allowed', params: { allow } }));
  };
}
