// src/platform/http/attempts.ts: how often somebody may fail to sign in. Counted in PostgreSQL, for all processes together.
import { createHash } from 'node:crypto';
import { isIPv6 } from 'node:net';
import type pg from 'pg';
import { RateLimiterPostgres, RateLimiterRes } from 'rate-limiter-flexible';
import { Refusal } from './problem.ts';

const DAY = 86_400; // s: over which failures of one login from one address are counted
const FREE = 10; // failures before the first wait
const FIRST_WAIT = 60; // s: doubles with every failure that follows
const LONGEST_WAIT = 900; // s: a guesser who stays gets some hundred tries a day
const WINDOW = 900; // s
const PER_ADDRESS = 100; // failures a window: a town hall behind one address still gets in

export interface Attempts {
  /** Counts a try before it is made, so that many at once are many. @throws Refusal 429 `too_many_attempts` with the minutes to wait. */
  begin(address: string, login: string): Promise<void>;
  /** The try was right: it takes back what was counted of it, and of this login from here everything. */
  succeeded(address: string, login: string): Promise<void>;
}

/** Nobody locks another person out: a login's failures count for the address that they came from. */
export function openAttempts(storeClient: pg.Pool): Attempts {
  const limiter = (keyPrefix: string, points: number, duration: number) =>
    new RateLimiterPostgres({ storeClient, tableName: 'attempt', tableCreated: true, keyPrefix, points, duration });
  const failures = limiter('failures', Number.MAX_SAFE_INTEGER, DAY);
  const tickets = limiter('ticket', 1, FIRST_WAIT); // one try a wait
  const addresses = limiter('address', PER_ADDRESS, WINDOW);
  return {
    async begin(address, login) {
      await allowed(addresses.consume(keyOf(networkOf(address))));
      const key = keyOf(networkOf(address), login);
      const { consumedPoints } = await failures.consume(key);
      if (consumedPoints < FREE) return;
      const customDuration = Math.min(FIRST_WAIT * 2 ** (consumedPoints - FREE), LONGEST_WAIT);
      try {
        await allowed(tickets.consume(key, 1, { customDuration }));
      } catch (error) {
        await failures.reward(key); // it was not made: whoever knocks while waiting does not wait longer
        throw error;
      }
    },
    async succeeded(address, login) {
      const key = keyOf(networkOf(address), login);
      await Promise.all([addresses.reward(keyOf(networkOf(address))), failures.delete(key), tickets.delete(key)]);
    },
  };
}

async function allowed(consumed: Promise<RateLimiterRes>): Promise<void> {
  try {
    await consumed;
  } catch (refused) {
    if (!(refused instanceof RateLimiterRes)) throw refused;
    const minutes = Math.max(1, Math.ceil(refused.msBeforeNext / 60_000));
    throw new Refusal(429, { code: 'too_many_attempts', params: { minutes } });
  }
}

/** What the table keeps names neither an account nor a place. */
const keyOf = (...parts: readonly string[]) => createHash('sha256').update(JSON.stringify(parts)).digest('base64url');

/** One subscriber is one IPv4 address, or one /64 of IPv6. */
function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped || !isIPv6(address)) return mapped ?? address;
  const groups = (address.split('::')[0] ?? '').split(':').filter(Boolean);
  return [...groups, '0', '0', '0', '0'].slice(0, 4).join(':');
}
