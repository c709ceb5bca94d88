// src/platform/http/operator.ts: what is for the operator alone, on a port of its own: which part serves, and the figures.
import { createServer, type Server } from 'node:http';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';

export interface OperatorOptions {
  readonly metrics: Metrics;
  /** Each part's name and whether it serves. */
  readonly readiness: () => Promise<Readonly<Record<string, boolean>>>;
  readonly log: Log;
}

/** `/healthz`, `/readyz` and `/metrics`. Nobody signs in here: the address it listens on is the wall. */
export function operatorServer({ metrics, readiness, log }: OperatorOptions): Server {
  const answers: Readonly<Record<string, () => Promise<[status: number, type: string, body: string]>>> = {
    '/healthz': async () => [200, 'application/json', JSON.stringify({ status: 'ok' })],
    '/readyz': async () => {
      const parts = await readiness();
      return [Object.values(parts).every(Boolean) ? 200 : 503, 'application/json', JSON.stringify(parts)];
    },
    '/metrics': async () => [200, metrics.contentType, await metrics.scrape()],
  };
  return createServer(async (request, response) => {
    const answer = request.method === 'GET' ? answers[(request.url ?? '').split('?')[0] ?? ''] : undefined;
    try {
      const [status, type, body] = answer ? await answer() : [404, 'text/plain', ''];
      response.writeHead(status, { 'Content-Type': type }).end(body);
    } catch (error) {
      log.warn({ err: error }, 'the operator was not answered');
      response.writeHead(503).end();
    }
  });
}
