// src/platform/reconcile.ts: every workflow that should exist, asked of the facts alone; waking them all mends whatever was lost.
import { setTimeout as sleep } from 'node:timers/promises';
import { systemActor } from './actor.ts';
import type { Instant } from './civil.ts';
import { type Db, rows, sql, type Tx } from './db.ts';
import { signalEach } from './temporal.ts';
import { wake } from './wake.ts';

const PAGE = 500; // ids
const PER_SECOND = 60; // signals: half of what a dev server starts, so that people's own wakes find room
const AT_ONCE = 6;
const LOCK = 'doorstep.reconcile'; // one reconciliation a county at a time, whichever process it runs in

/** The ids of every workflow that the facts call for, after `after`, in order; at most `limit`. */
export async function expectedWorkflows(tx: Tx, countyCode: string, after = '', limit = PAGE): Promise<string[]> {
  const found = await rows(
    tx,
    sql<{ id: string }>`
      select id from (
        select 'agenda/' || area_code as id from task where county_code = ${countyCode} and closed_at is null
        union select 'agenda/' || area_code from notice_line where county_code = ${countyCode} and notice_id is null
        union select 'courier/' || ${countyCode}::text || '/email'
        union select 'register/' || ${countyCode}::text
        union select 'campaign/' || c.id from campaign c where c.county_code = ${countyCode} and not exists (
          select from campaign_stage s where s.county_code = c.county_code and s.campaign_id = c.id and s.stage in ('closed', 'cancelled'))
        union select 'clinic/' || c.id from clinic_session c where c.county_code = ${countyCode} and not exists (
          select from clinic_stage s where s.county_code = c.county_code and s.session_id = c.id and s.stage in ('reported', 'cancelled'))
        union select 'round/' || r.id from round r where r.county_code = ${countyCode} and not exists (
          select from round_stage s where s.county_code = r.county_code and s.round_id = r.id and s.stage = 'sealed')
        union select 'referral/' || r.id from referral r where r.county_code = ${countyCode} and not exists (
          select from referral_event e where e.county_code = r.county_code and e.referral_id = r.id and e.kind in ('outcome', 'stood_down'))
      ) expected
      where id collate "C" > ${after} order by id collate "C" limit ${limit}`,
  );
  return found.map((row) => row.id);
}

/**
 * Wakes every expected workflow, a page at a time and no faster than `perSecond`.
 * @returns how many were woken; null when another process is at it.
 * @throws what `signal` throws: Temporal is down, and the next tick begins again.
 */
export async function reconcile(
  db: Db,
  countyCode: string,
  asOf: Instant,
  signal: (workflowId: string) => Promise<void>,
  perSecond = PER_SECOND,
): Promise<number | null> {
  return withLock(db, countyCode, async () => {
    let woken = 0;
    for (let after = ''; ; ) {
      const page = await db.tx(systemActor(countyCode), asOf, (tx) => expectedWorkflows(tx, countyCode, after));
      for (let from = 0; from < page.length; from += AT_ONCE) {
        const ids = page.slice(from, from + AT_ONCE);
        const pause = sleep((ids.length / perSecond) * 1000);
        await signalEach(ids, signal);
        await pause;
      }
      woken += page.length;
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE) return woken;
      after = last;
    }
  });
}

/** Asks the relay to wake every expected workflow when the transaction commits: after the story has moved on. */
export async function wakeAll(tx: Tx, countyCode: string): Promise<void> {
  for (let after = ''; ; ) {
    const page = await expectedWorkflows(tx, countyCode, after);
    await wake(tx, page);
    const last = page.at(-1);
    if (last === undefined || page.length < PAGE) return;
    after = last;
  }
}

/** An advisory lock of the session: the signals in between hold no transaction open. */
async function withLock<T>(db: Db, countyCode: string, work: () => Promise<T>): Promise<T | null> {
  const client = await db.systemPool.connect();
  const args = [LOCK, countyCode];
  try {
    const { rows: found } = await client.query('select pg_try_advisory_lock(hashtext($1), hashtext($2)) as mine', args);
    if (!found[0]?.mine) return null;
    try {
      return await work();
    } finally {
      await client.query('select pg_advisory_unlock(hashtext($1), hashtext($2))', args).catch(() => {});
    }
  } finally {
    client.release();
  }
}
