// test/tasks/two-connections.ts: runs two transactions at once, one statement at a time, in an order that a test chooses.

import type { Actor } from '../../src/platform/actor.ts';
import type { Instant } from '../../src/platform/civil.ts';
import type { Db, Tx } from '../../src/platform/db.ts';
import { sql } from '../../src/platform/db.ts';

interface Side {
  readonly name: string;
  readonly work: (tx: Tx) => Promise<unknown>;
}

/** A transaction that waits at each statement, and before its commit, until it is let go. */
class Paused {
  pid = 0;
  ended = false;
  error: unknown = null;
  #release: (() => void) | null = null;
  #arrived: (() => void) | null = null;
  readonly name: string;

  constructor({ name, work }: Side, db: Db, actor: Actor, asOf: Instant) {
    this.name = name;
    void db
      .tx(actor, asOf, async (tx) => {
        const [own] = (await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)).rows;
        this.pid = own?.pid ?? 0;
        await work(this.#slowed(tx));
        await this.#gate();
      })
      .catch((error: unknown) => {
        this.error = error;
      })
      .finally(() => {
        this.ended = true;
        this.#arrived?.();
      });
  }

  /** `sql` asks a transaction for its executor: ours waits before each query. */
  #slowed(tx: Tx): Tx {
    const gate = () => this.#gate();
    return {
      getExecutor() {
        const executor = tx.getExecutor();
        return new Proxy(executor, {
          get(target, property) {
            const value = Reflect.get(target, property) as unknown;
            if (property !== 'executeQuery') return typeof value === 'function' ? value.bind(target) : value;
            return async (...query: Parameters<typeof executor.executeQuery>) => {
              await gate();
              return executor.executeQuery(...query);
            };
          },
        });
      },
    } as unknown as Tx;
  }

  #gate(): Promise<void> {
    return new Promise((resolve) => {
      this.#release = resolve;
      this.#arrived?.();
    });
  }

  get waits(): boolean {
    return this.#release !== null;
  }

  /** Lets one statement go. */
  step(): void {
    const release = this.#release;
    this.#release = null;
    release?.();
  }

  /** Resolves at the next gate or at the end. */
  settled(): Promise<void> {
    if (this.waits || this.ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.#arrived = () => {
        this.#arrived = null;
        resolve();
      };
    });
  }
}

/**
 * @param chooses which side takes the next step, where both could.
 * @returns the names in the order in which they committed.
 * @throws what either side threw.
 */
export async function interleave(
  db: Db,
  actor: Actor,
  asOf: Instant,
  sides: readonly [Side, Side],
  chooses: () => 0 | 1,
): Promise<string[]> {
  const both = sides.map((side) => new Paused(side, db, actor, asOf)) as [Paused, Paused];
  const order: string[] = [];
  const note = () => {
    for (const side of both) if (side.ended && !order.includes(side.name)) order.push(side.name);
  };
  await Promise.all(both.map((side) => side.settled()));
  while (!both.every((side) => side.ended)) {
    note();
    const chosen = both[chooses()];
    const side = chosen.waits ? chosen : both.find((other) => other.waits);
    if (!side) {
      await Promise.race(both.filter((other) => !other.ended).map((other) => other.settled())); // one holds what the other waits for
      note();
      continue;
    }
    side.step();
    await settledOrBlocked(db, side, both);
    note();
  }
  note();
  for (const side of both) if (side.error) throw side.error;
  return order;
}

/** A statement either ends or waits for a lock of the other side's; PostgreSQL says which. */
async function settledOrBlocked(db: Db, side: Paused, both: readonly Paused[]): Promise<void> {
  for (;;) {
    const ended = await Promise.race([
      side.settled().then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, 5, false)),
    ]);
    if (ended) return;
    const { rows } = await sql<{
      blocked: boolean;
    }>`select cardinality(pg_blocking_pids(${side.pid})) > 0 as blocked`.execute(db.systemKysely);
    if (rows[0]?.blocked && both.some((other) => other !== side && other.waits)) return;
  }
}
