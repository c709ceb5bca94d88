// activities/run.ts: what every activity does before and after its one act: story time, the system as actor, cancellation, and which errors are worth another try.
import { ApplicationFailure } from '@temporalio/activity';
import type { Transporter } from 'nodemailer';
import { type SystemActor, systemActor } from '../src/platform/actor.ts';
import type { Instant } from '../src/platform/civil.ts';
import { plusMs } from '../src/platform/civil.ts';
import { readOffset } from '../src/platform/clock.ts';
import type { Keys } from '../src/platform/crypto.ts';
import type { Db, Tx } from '../src/platform/db.ts';
import { DomainError } from '../src/platform/errors.ts';

/** What the worker's composition root gives to activities. */
export interface Platform {
  readonly db: Db;
  readonly countyCode: string;
  readonly keys: Keys;
  readonly mail: Transporter;
  /** Where links in mails lead, e.g. `https://doorstep.county.example`; no trailing slash. */
  readonly publicUrl: string;
  /** The sender of every mail. */
  readonly mailFrom: string;
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;

/** Story instants inside `value` become wall instants: a workflow never sees the story. */
function shift<T>(value: T, ms: number): T {
  if (typeof value === 'string') return (INSTANT.test(value) ? plusMs(value as unknown as Instant, ms) : value) as T;
  if (Array.isArray(value)) return value.map((item) => shift(item, ms)) as T;
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shift(item, ms)])) as T;
  return value;
}

/** Runs `work` outside any transaction of its own, on story time. For acts of several transactions (the courier). */
export function onStoryTime<I extends { asOf: Instant }, O>(
  platform: Platform,
  work: (input: I, actor: SystemActor) => Promise<O>,
): (input: I) => Promise<O> {
  return async (input) => {
    const offsetMs = await readOffset(platform.db);
    try {
      return shift(await work(shift(input, offsetMs), systemActor(platform.countyCode)), -offsetMs);
    } catch (error) {
      if (error instanceof DomainError)
        throw ApplicationFailure.create({
          message: error.message,
          type: error.faults[0]?.code ?? 'domain',
          nonRetryable: true,
        });
      throw error;
    }
  };
}

/** One act in one transaction, as the system. */
export function act<I extends { asOf: Instant }, O>(
  platform: Platform,
  work: (tx: Tx, input: I, actor: SystemActor) => Promise<O>,
): (input: I) => Promise<O> {
  return onStoryTime(platform, (input, actor) => platform.db.tx(actor, input.asOf, (tx) => work(tx, input, actor)));
}
