// src/platform/idempotency.ts: a POST sent twice with one Idempotency-Key is done once and answered alike.
import type { AccountActor } from './actor.ts';
import type { Instant } from './civil.ts';
import { maybeRow, sql, type Tx, written } from './db.ts';
import { DomainError, Status } from './errors.ts';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/**
 * Does `work` unless this account did it before under `key`; the answer is kept in the deed's own transaction.
 * @param hash of method, address and body: the same key with another request is a mistake of the sender's.
 * @throws DomainError 409 `idempotency_key_reused`.
 */
export async function once(
  tx: Tx,
  actor: AccountActor,
  key: string,
  hash: string,
  asOf: Instant,
  work: () => Promise<Answer>,
): Promise<Answer> {
  await sql`select pg_advisory_xact_lock(hashtextextended(${`${actor.accountId} ${key}`}, 0))`.execute(tx); // two at once: the second waits and finds the first
  const kept = await maybeRow(
    tx,
    sql<{
      hash: string;
      status: number;
      body: unknown;
    }>`select request_hash as hash, status, response as body from idempotency
      where county_code = ${actor.countyCode} and account_id = ${actor.accountId} and key = ${key}`,
  );
  if (kept) {
    if (kept.hash !== hash) throw new DomainError(Status.conflict, { code: 'idempotency_key_reused' });
    return { status: kept.status, body: kept.body };
  }
  const answer = await work();
  await sql`insert into idempotency (county_code, account_id, key, request_hash, status, response, at)
    values (${actor.countyCode}, ${actor.accountId}, ${key}, ${hash}, ${answer.status}, ${JSON.stringify(answer.body ?? null)}, ${asOf})`.execute(
    tx,
  );
  return answer;
}

const KEPT_FOR = '30 days'; // answers name people; a phone that was silent for longer is answered by its visits' own ids

/** Deletes kept answers that nobody will ask for again. @returns how many. */
export async function forgetAnswers(tx: Tx, countyCode: string, asOf: Instant): Promise<number> {
  return written(
    tx,
    sql`delete from idempotency where county_code = ${countyCode} and at < ${asOf}::timestamptz - ${KEPT_FOR}::interval`,
  );
}
