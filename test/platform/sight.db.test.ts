import { afterAll, beforeAll, expect, it } from 'vitest';
import { at } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import { COUNTY, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';
import { random } from '../tasks/random.ts';
import { type Facts, type Row, Sight, TABLES, type Who } from './sight.ts';
import { AREAS, DAYS, Ground, insertion, oneOf, ROLE_SETS } from './sight-ground.ts';

const SEED = Number(process.env.SEED ?? Date.now() % 1_000_000);
const LOOKS = 16;
const REFUSED = '42501';
const THERE_ALREADY = '23505'; // asked only once the policies have let it pass

const chance = random(SEED);
let ground: Ground;
let facts: Facts;
let db: Db;
let drop: () => Promise<void>;
const all = new Map<string, Row[]>();
const whoever: Who[] = [];

beforeAll(async () => {
  const database = await freshDatabase();
  drop = database.drop;
  db = openDb({ url: database.url });
  await smallCounty(db);
  ground = await Ground.of(database.url, chance);
  await ground.fill();
  facts = await ground.facts();
  for (const table of Object.keys(TABLES)) all.set(table, await ground.all(table));
  for (let n = 0; n < LOOKS; n++)
    whoever.push({
      accountId: oneOf(chance, ground.accounts),
      day: oneOf(chance, DAYS),
      roles: oneOf(chance, ROLE_SETS),
    });
});
afterAll(async () => {
  await ground?.owner.end();
  await db?.close();
  await drop?.();
});

class Undone extends Error {}

/** Runs `work` as one of them, and leaves nothing of it. */
async function as(who: Who, work: (tx: Tx, sight: Sight) => Promise<void>): Promise<void> {
  const actor = { kind: 'account', countyCode: COUNTY, accountId: who.accountId } as const;
  const sight = new Sight(who, facts);
  const undone = async (tx: Tx) => {
    await work(tx, sight);
    throw new Undone();
  };
  await db.tx(actor, at(who.day as '2018-01-10', '09:00'), undone, who.roles).catch((error) => {
    if (!(error instanceof Undone)) throw error;
  });
}

/** Whether the database lets it be written; any other error is the test's own. */
async function may(tx: Tx, statement: string): Promise<boolean> {
  await sql`savepoint before`.execute(tx);
  try {
    await sql.raw(statement).execute(tx);
    return true;
  } catch (error) {
    const { code } = error as { code?: string };
    if (code !== REFUSED && code !== THERE_ALREADY) throw new Error(`${statement}: ${error}`);
    return code === THERE_ALREADY;
  } finally {
    await sql`rollback to savepoint before`.execute(tx);
  }
}

/** The rows that change when all of them are told to; each by itself where the database refuses them together. */
async function changedBy(tx: Tx, table: string, column: string): Promise<string[]> {
  const key = ground.key(table);
  const told = `update ${table} set ${column} = ${column}`;
  const some: string[] = [];
  const change = async (statement: string) => {
    await sql`savepoint before`.execute(tx);
    const found = await rows(tx, sql<Row>`${sql.raw(`${statement} returning ${key} as key`)}`).catch((error) => {
      if (error.code !== REFUSED) throw error;
      return null;
    });
    await sql`rollback to savepoint before`.execute(tx);
    return found;
  };
  const together = await change(told);
  if (together) return keys(together);
  for (const row of all.get(table) ?? [])
    some.push(...keys((await change(`${told} where ${key} = '${row.key}'`)) ?? []));
  return some.sort();
}

const say = (who: Who, what: string): string => `SEED=${SEED}: ${JSON.stringify(who)} ${what}`;
const keys = (found: readonly Row[]): string[] => found.map(({ key }) => String(key)).sort();

it('has a line in the role table for every table that a person reaches', async () => {
  const reached = await ground.owner.query<{ name: string }>(`select c.relname as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind = 'r' and c.relrowsecurity and c.relname <> 'audit_head'`);
  expect(reached.rows.map(({ name }) => name).sort()).toEqual(Object.keys(TABLES).sort());
});

it('shows each person, on each day and in each role, the rows that are hers and no other', async () => {
  for (const who of whoever)
    await as(who, async (tx, sight) => {
      for (const [table, { sees }] of Object.entries(TABLES)) {
        const seen = await rows(tx, sql<Row>`select ${sql.raw(ground.key(table))} as key from ${sql.table(table)}`);
        const hers = (all.get(table) ?? []).filter((row) => sees(sight, row));
        expect(keys(seen), say(who, `sees ${table}`)).toEqual(keys(hers));
      }
    });
});

it('lets each person add what is hers to add, and nothing else', async () => {
  let [letIn, keptOut] = [0, 0];
  for (const who of whoever)
    await as(who, async (tx, sight) => {
      for (const [table, { sees, adds }] of Object.entries(TABLES)) {
        if (table === 'mailbox') continue; // no county's: the example's own post
        const held = facts.grants.filter(({ accountId }) => accountId === who.accountId);
        const areas = chance() < 0.5 && held.length > 0 ? held.map(({ areaCode }) => areaCode) : AREAS;
        const row = ground.draw(table, oneOf(chance, areas), oneOf(chance, [who.accountId, ...ground.accounts]));
        const hers = adds === null ? false : (adds ?? sees)(sight, row);
        expect(await may(tx, insertion(table, row)), say(who, `adds to ${table} ${JSON.stringify(row)}`)).toBe(hers);
        if (hers) letIn++;
        else keptOut++;
        if ('county_code' in row) {
          const elsewhere = insertion(table, { ...row, county_code: '450804', area_code: '450804' });
          if (TABLES[table]?.area === 'area_code')
            expect(await may(tx, elsewhere), say(who, `adds to ${table} of another county`)).toBe(false);
        }
      }
    });
  expect(Math.min(letIn, keptOut)).toBeGreaterThan(20);
});

it('lets each person change what is hers to change, and never into what is not', async () => {
  for (const who of whoever)
    await as(who, async (tx, sight) => {
      for (const [table, { area, changes, column: only }] of Object.entries(TABLES)) {
        const column = only ?? area ?? 'county_code';
        const statement = `update ${table} set ${column} = ${column}`;
        if (!changes) {
          if (table !== 'mailbox') expect(await may(tx, statement), say(who, `changes ${table}`)).toBe(false);
          continue;
        }
        const key = ground.key(table);
        const hers = (all.get(table) ?? []).filter((row) => changes(sight, row));
        const [row] = hers;
        expect(await changedBy(tx, table, column), say(who, `changes ${table}`)).toEqual(keys(hers));
        if (!area || !row) continue;
        const target = oneOf(chance, AREAS);
        const move = `update ${table} set ${area} = '${target}' where ${key} = '${row.key}'`;
        const after = { ...row, [area]: target };
        expect(await may(tx, move), say(who, `moves a row of ${table} to ${target}`)).toBe(
          !only && changes(sight, after),
        );
      }
    });
});
