// src/platform/metrics.ts: what an operator watches: how long answers take, how much is open, and whether wakes and notices flow.
import { collectDefaultMetrics, Gauge, Histogram, Registry } from '@prometheus-io/client';
import { systemActor } from './actor.ts';
import { instant } from './civil.ts';
import { type Db, rows, sql } from './db.ts';

export interface Metrics {
  /** `route` is the declared path, never the address asked for: ids are not labels. */
  answered(method: string, route: string, status: number, seconds: number): void;
  /** The text that Prometheus scrapes. Figures of the database are counted at the scrape. */
  scrape(): Promise<string>;
  readonly contentType: string;
}

interface Counted {
  readonly openTasks: number;
  readonly wakes: number;
  readonly notices: readonly { state: string; count: number }[];
}

export function openMetrics(db: Db, countyCode: string, relayLag: () => number): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const durations = new Histogram({
    name: 'doorstep_http_seconds',
    help: 'Seconds from a request to its answer',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.005, 0.02, 0.05, 0.1, 0.3, 1, 3, 10],
    registers: [registry],
  });
  const gauge = (name: string, help: string, labelNames: readonly string[] = []) =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry] });
  const openTasks = gauge('doorstep_tasks_open', 'Tasks that are not closed');
  const wakes = gauge('doorstep_wake_rows', 'Wakes that no relay has carried yet');
  const notices = gauge('doorstep_notices', 'Notices by state', ['state']);
  const lag = gauge('doorstep_relay_lag_seconds', 'Seconds since this relay last saw no wake waiting');
  return {
    contentType: registry.contentType,
    answered(method, route, status, seconds) {
      durations.observe({ method, route, status: String(status) }, seconds);
    },
    async scrape() {
      const counted = await count(db, countyCode);
      openTasks.set(counted.openTasks);
      wakes.set(counted.wakes);
      notices.reset();
      for (const { state, count } of counted.notices) notices.set({ state }, count);
      lag.set(relayLag() / 1000);
      return registry.metrics();
    },
  };
}

async function count(db: Db, countyCode: string): Promise<Counted> {
  return db.tx(systemActor(countyCode), instant(Date.now()), async (tx) => {
    const [tasks] = await rows(
      tx,
      sql<{ n: number }>`select count(*) as n from task where county_code = ${countyCode} and closed_at is null`,
    );
    const [waiting] = await rows(tx, sql<{ n: number }>`select count(*) as n from wake`);
    const notices = await rows(
      tx,
      sql<{
        state: string;
        count: number;
      }>`select state, count(*) as count from notice where county_code = ${countyCode} group by state`,
    );
    return { openTasks: tasks?.n ?? 0, wakes: waiting?.n ?? 0, notices };
  });
}
