import { expect, it } from 'vitest';
import { at } from '../../src/platform/civil.ts';
import { rows, sql } from '../../src/platform/db.ts';
import { COUNTY, type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { fileDatabase } from '../setup/county-database.ts';

/** Tables without row-level security, and why that is right. */
const EXEMPT: Readonly<Record<string, string>> = {
  wake: 'holds workflow ids: codes, no person',
  session: 'reached by the system role alone',
  attempt: 'failed sign-ins, counted before anybody is signed in: reached by the system role alone',
  story: 'one number: how far the example’s clock is from the wall’s',
  migration: 'the owner’s list of migrations; no role reaches it',
  migration_hash: 'what ran, as hashes of its files; no role reaches it',
};
/** Rows that may be deleted: everything else stays. */
const DELETABLE: readonly string[] = ['attempt', 'idempotency', 'session', 'wake'];

let county: SmallCounty;
const db = fileDatabase(async (opened) => {
  county = await smallCounty(opened);
});

it('stands on every table, or its exemption has a name', async () => {
  const open = await db().tx(county.actor, at('2018-01-10', '09:00'), (tx) =>
    rows(
      tx,
      sql<{ name: string }>`select c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
        where n.nspname = 'public' and c.relkind in ('r', 'p') and (not c.relrowsecurity
          or not exists (select from pg_policy p where p.polrelid = c.oid)) order by 1`,
    ),
  );
  expect(open.map(({ name }) => name).sort()).toEqual(Object.keys(EXEMPT).sort());
});

it('gives nobody but the owner the right to delete, kept answers, sessions, wakes and failed sign-ins apart', async () => {
  const deletable = await db().tx(county.actor, at('2018-01-10', '09:00'), (tx) =>
    rows(
      tx,
      sql<{ name: string; role: string }>`select c.relname as name, r.rolname as role
        from pg_class c join pg_namespace n on n.oid = c.relnamespace cross join pg_roles r
        where n.nspname = 'public' and c.relkind in ('r', 'p') and r.rolname in ('doorstep_app', 'doorstep_system')
          and (has_table_privilege(r.oid, c.oid, 'delete') or has_table_privilege(r.oid, c.oid, 'truncate')) order by 1, 2`,
    ),
  );
  expect(deletable).toEqual(DELETABLE.map((name) => ({ name, role: 'doorstep_system' })));
});

it('keeps `story` and `wake` closed to what a person has no business with', async () => {
  const actor = { kind: 'account', countyCode: COUNTY, accountId: county.planner } as const;
  for (const statement of [
    sql`select * from session`,
    sql`select * from wake`,
    sql`select * from migration`,
    sql`update story set offset_ms = 0`,
  ])
    await expect(db().tx(actor, at('2018-01-10', '09:00'), (tx) => statement.execute(tx))).rejects.toThrow(
      'permission denied',
    );
});

it('looks areas up anew for another person and another day of one transaction, and in the next one', async () => {
  const [village, other] = county.villages;
  const areasOf = (accountId: string, day: string) =>
    sql<{
      areas: string[];
    }>`with asked as materialized (select set_config('app.account', ${accountId}, true), set_config('app.day', ${day}, true))
      select my_areas() as areas from asked`;
  const seen = await db().tx(county.actor, at('2018-01-10', '09:00'), async (tx) => {
    const found: string[][] = [];
    for (const [account, day] of [
      [village.doctor, '2018-01-10'],
      [village.doctor, '2018-01-10'],
      [other.doctor, '2018-01-10'],
      [village.doctor, '2016-01-01'], // before her post
      [village.doctor, '2018-01-10'],
    ] as const)
      found.push((await rows(tx, areasOf(account, day)))[0]?.areas ?? []);
    return found;
  });
  expect(seen).toEqual([[village.code], [village.code], [other.code], [], [village.code]]);
  const supervisor = { kind: 'account', countyCode: COUNTY, accountId: county.supervisor } as const;
  const [hers] = await db().tx(supervisor, at('2018-01-10', '09:00'), (tx) =>
    rows(tx, sql<{ areas: string[] }>`select my_areas() as areas`),
  );
  expect(hers?.areas).toContain(other.code);
  expect(hers?.areas).toContain(COUNTY);
});
