// src/commands/county.ts: commands about a county's rows: bring the schema up to date, check the audit chain, rebuild the waiting, move the story on.
import fs from 'node:fs';
import { systemActor } from '../platform/actor.ts';
import { brokenLink } from '../platform/audit.ts';
import { instant } from '../platform/civil.ts';
import { openClock } from '../platform/clock.ts';
import { stopPostgres } from '../platform/embedded/postgres.ts';
import { reconcile } from '../platform/reconcile.ts';
import { openTemporal, signal } from '../platform/temporal.ts';
import { nextDay } from '../story/acts.ts';
import { onCounty, POSTGRES_DIR, readRunning, TEMPORAL_DIR } from './ground.ts';

export async function migrateCounty(): Promise<void> {
  await onCounty(async () => console.log('数据表已是最新 / the schema is up to date'));
}

/** Exits with 1 when an entry does not fit. */
export async function verify(): Promise<void> {
  await onCounty(async ({ db, config }) => {
    const broken = await db.tx(systemActor(config.countyCode), instant(Date.now()), (tx) =>
      brokenLink(tx, config.countyCode),
    );
    if (broken) {
      console.error(
        `审计链在第 ${broken.seq} 条断开 / the audit chain breaks at entry ${broken.seq} (${broken.entryId ?? 'missing'})`,
      );
      process.exitCode = 1;
    } else console.log('审计链完整 / the audit chain verifies');
  });
}

/** Wakes every workflow that the facts call for: after the whole Temporal store was lost, or for peace of mind. */
export async function rebuild(): Promise<void> {
  await onCounty(async ({ db, config }) => {
    const client = openTemporal({
      address: config.temporalAddress,
      namespace: config.temporalNamespace,
      keys: config.keys,
    });
    try {
      const woken = await reconcile(db, config.countyCode, instant(Date.now()), (id) => signal(client, id));
      console.log(
        woken === null
          ? '另一进程正在重建 / another process is at it'
          : `已唤醒 ${woken} 个 / ${woken} workflows woken`,
      );
    } finally {
      await client.connection.close();
    }
  });
}

/** `demo --next-day` moves the story on; `demo --reset` deletes the example, so that the next start opens it anew. */
export async function demo(flag: string | undefined): Promise<void> {
  if (flag === '--next-day') {
    await onCounty(async ({ db, config }) => {
      if (!config.story) throw new Error('STORY is off: this county runs on the wall’s clock');
      const clock = await openClock(db);
      await db.tx(systemActor(config.countyCode), clock.now(), (tx) =>
        nextDay(tx, systemActor(config.countyCode), clock.now()),
      );
      await clock.refresh();
      console.log(`故事时间 / story time: ${clock.now()}`);
    });
    return;
  }
  if (flag !== '--reset') throw new Error('demo --reset | --next-day');
  if (readRunning()) throw new Error('先停止正在运行的到户(Ctrl-C) / stop the running county first');
  await stopPostgres(POSTGRES_DIR);
  for (const dir of [POSTGRES_DIR, TEMPORAL_DIR]) {
    if (fs.existsSync(dir)) fs.rmSync(fs.realpathSync(dir), { recursive: true, force: true });
    fs.rmSync(dir, { recursive: true, force: true });
  }
  console.log('演示数据已清空，请运行 npm start / the example is gone; npm start opens it anew');
}
