// src/platform/http/server.ts: the server's walls, in the order a request meets them, around the doors that rooms declare.
import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import express, { type Express, type RequestHandler, type Router } from 'express';
import helmet from 'helmet';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { type Doors, mounted } from './mount.ts';
import { type ApiInfo, openApi } from './openapi.ts';
import { answerProblems, Refusal } from './problem.ts';
import { referencePage } from './reference.ts';
import type { Route, RouteSpec } from './route.ts';
import { type Sessions, sameOrigin } from './sessions.ts';

const JSON_LIMIT = '1mb'; // a visit with all its records is some 20 kB
const FILE_LIMIT = '10mb'; // what the import takes: a county's register of 62,703 people is 6 MB
export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
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
  /** Each part's name and whether it serves. */
  readonly readiness: () => Promise<Readonly<Record<string, boolean>>>;
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
  app.get('/readyz', async (_request, response) => {
    const parts = await options.readiness();
    response.status(Object.values(parts).every(Boolean) ? 200 : 503).json(parts);
  });
  app.get(
    '/metrics',
    async (_request, response) => void response.type(metrics.contentType).send(await metrics.scrape()),
  );

  const specs = [...options.open.specs, ...options.routes.map((route) => route.spec)];
  const document = openApi(specs, options.info);
  const reference = referencePage(document);
  app.get('/api', (_request, response) => void response.type('html').send(reference));
  app.get('/api/v1/openapi.json', (_request, response) => void response.json(document));

  app.use('/api/v1', options.sessions.middleware, sameOrigin(options.publicUrl), ...bodies());
  app.use('/api/v1', options.open.router);
  for (const route of options.routes) app[route.spec.method](`/api/v1${route.spec.path}`, mounted(route, options));

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

/** JSON, or one xlsx file; a body of any other type is refused before anybody reads it. */
function bodies(): RequestHandler[] {
  const known: RequestHandler = (request, _response, next) => {
    const carries =
      request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0;
    if (carries && !request.is(['application/json', XLSX])) return next(new Refusal(415, { code: 'body_unsupported' }));
    next();
  };
  return [
    known,
    express.json({ limit: JSON_LIMIT, reviver: storable }),
    express.raw({ type: XLSX, limit: FILE_LIMIT }),
  ];
}

/** What no column can hold is left out of a text: a NUL, half of an emoji cut at a length. A record is never lost for it. */
function storable(_: string, value: unknown): unknown {
  return typeof value === 'string' ? value.toWellFormed().replaceAll('\0', '') : value;
}
