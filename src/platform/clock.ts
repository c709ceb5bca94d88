// src/platform/clock.ts: the one clock. Acts and queries take `asOf`; this is where an `asOf` comes from.

import { type Instant, instant, plusMs } from './civil.ts';
import { type Db, sql } from './db.ts';

export interface Clock {
  /** The moment on the county's clock: the wall's, or the story's in a demonstration. */
  now(): Instant;
  /** Story time minus the wall's, milliseconds; 0 outside a demonstration. */
  readonly offsetMs: number;
  /** Reads the offset again: the story may have moved on. */
  refresh(): Promise<void>;
}

/** A clock over the story's row; the row is read when opened and on every `refresh`. `wall` stands in for the wall clock in tests. */
export async function openClock(db: Db, wall: () => number = Date.now): Promise<Clock> {
  let offsetMs = 0;
  const clock: Clock = {
    now: () => instant(wall() + offsetMs),
    get offsetMs() {
      return offsetMs;
    },
    async refresh() {
      offsetMs = await readOffset(db);
    },
  };
  await clock.refresh();
  return clock;
}

/** The story's offset as it stands now, milliseconds. */
export async function readOffset(db: Db): Promise<number> {
  const found = await sql<{ offset_ms: number }>`select offset_ms from story`.execute(db.systemKysely);
  return found.rows[0]?.offset_ms ?? 0;
}

/** Sets the story so that `at` is now, `wallMs` being the wall's time. Refused in production by whoever calls: see `config.story`. */
export async function setStory(db: Db, at: Instant, wallMs: number): Promise<void> {
  const offsetMs = Date.parse(at) - wallMs;
  await sql`insert into story (offset_ms) values (${offsetMs}) on conflict (only_one) do update set offset_ms = excluded.offset_ms`.execute(
    db.systemKysely,
  );
}

/** From the wall to the story. */
export const toStory = (wall: Instant, offsetMs: number): Instant => plusMs(wall, offsetMs);
/** From the story back to the wall: what a workflow may see. */
export const toWall = (story: Instant, offsetMs: number): Instant => plusMs(story, -offsetMs);
