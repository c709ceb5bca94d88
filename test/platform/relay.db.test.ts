import pg from 'pg';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '../../src/platform/actor.ts';
import { at } from '../../src/platform/civil.ts';
import { type Db, openDb } from '../../src/platform/db.ts';
import { openLog } from '../../src/platform/log.ts';
import { type Relay, relayPage, startRelay } from '../../src/platform/relay.ts';
import { wake } from '../../src/platform/wake.ts';
import { COUNTY } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';

let db: Db;
let url: string;
let drop: () => Promise<void>;
let relay: Relay | undefined;
beforeEach(async () => {
  const database = await freshDatabase();
  ({ url, drop } = database);
  db = openDb({ url });
});
afterEach(async () => {
  await relay?.stop();
  relay = undefined;
  await db.close();
  await drop();
});

const ask = (...ids: string[]) => db.tx(systemActor(COUNTY), at('2018-01-09', '09:00'), (tx) => wake(tx, ids));
const waiting = async (): Promise<number> =>
  (await db.systemPool.query('select count(*)::int as n from wake')).rows[0].n;

/** Ends connections as a killed process's end. Only the owner sees what others do. */
async function kill(which: string): Promise<void> {
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  const { rowCount } = await owner.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and ${which} and pid <> pg_backend_pid()`,
  );
  await owner.end();
  expect(rowCount).toBe(1);
}

describe('a page of wakes', () => {
  it('is one signal for each workflow, however often it was asked for', async () => {
    for (let n = 0; n < 5; n++) await ask('agenda/450803001001', 'courier/450803/email');
    const sent: string[] = [];
    expect(await relayPage(db, COUNTY, async (id) => void sent.push(id))).toBe(10);
    expect(sent.sort()).toEqual(['agenda/450803001001', 'courier/450803/email']);
    expect(await waiting()).toBe(0);
  });

  it('stays when Temporal does not answer', async () => {
    await ask('agenda/450803001001', 'agenda/450803001002');
    const refused = relayPage(db, COUNTY, () => Promise.reject(new Error('unavailable')));
    await expect(refused).rejects.toThrow('unavailable');
    expect(await waiting()).toBe(2);
  });

  it('stays when the relay is killed between signal and delete, and is signalled again', async () => {
    await ask('agenda/450803001001');
    const sent: string[] = [];
    // The relay's own connection dies as a killed process's does: after the signal went out.
    const killed = relayPage(db, COUNTY, async (id) => {
      sent.push(id);
      await kill("state = 'idle in transaction'");
    });
    await expect(killed).rejects.toThrow();
    expect(await waiting()).toBe(1);
    await relayPage(db, COUNTY, async (id) => void sent.push(id));
    expect(sent).toEqual(['agenda/450803001001', 'agenda/450803001001']);
    expect(await waiting()).toBe(0);
  });

  it('is never taken by two relays', async () => {
    await ask(...Array.from({ length: 80 }, (_, n) => `agenda/4508030010${String(n).padStart(2, '0')}`));
    const sent: string[] = [];
    const take = () => relayPage(db, COUNTY, async (id) => void sent.push(id));
    await Promise.all([take(), take(), take()]);
    expect(sent.length).toBe(80);
    expect(new Set(sent).size).toBe(80);
  });
});

describe('the relay', () => {
  const log = openLog('silent', 'test');

  it('hears of a wake as soon as it is committed', async () => {
    const heard = Promise.withResolvers<string>();
    relay = startRelay({ db, databaseUrl: url, countyCode: COUNTY, log, signal: async (id) => heard.resolve(id) });
    await ask('register/450803');
    expect(await heard.promise).toBe('register/450803');
  });

  it('carries what waited while Temporal was away, without being told', async () => {
    const heard = Promise.withResolvers<string>();
    let tries = 0;
    const signal = async (id: string) => {
      tries++;
      if (tries < 3) throw new Error('unavailable');
      heard.resolve(id);
    };
    relay = startRelay({ db, databaseUrl: url, countyCode: COUNTY, log, signal });
    await ask('register/450803');
    expect(await heard.promise).toBe('register/450803');
  });

  it('goes on after its listening connection is lost', async () => {
    const sent: string[] = [];
    relay = startRelay({ db, databaseUrl: url, countyCode: COUNTY, log, signal: async (id) => void sent.push(id) });
    await ask('agenda/450803001001');
    await expect.poll(() => sent).toEqual(['agenda/450803001001']);
    await kill("query = 'listen wake'");
    await ask('agenda/450803001002');
    await expect.poll(() => sent).toEqual(['agenda/450803001001', 'agenda/450803001002']);
  });
});
