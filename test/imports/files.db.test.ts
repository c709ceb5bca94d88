import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { COUNTY } from '../../examples/winter-drive/county.ts';
import { OPENED, openExampleCounty } from '../../examples/winter-drive/open.ts';
import { registerRows } from '../../examples/winter-drive/registers.ts';
import { importFile } from '../../src/imports/files.ts';
import { FILE_LIMIT } from '../../src/imports/workbook.ts';
import { type AccountActor, systemActor } from '../../src/platform/actor.ts';
import { brokenLink } from '../../src/platform/audit.ts';
import { oneRow, sql } from '../../src/platform/db.ts';
import { testKeys } from '../fixtures/county.ts';
import { fileDatabase } from '../setup/county-database.ts';

let folder: string;
let admin: AccountActor;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), 'registers-'));
});
const db = fileDatabase(async (opened) => {
  const began = performance.now();
  admin = await openExampleCounty(opened, testKeys, folder, { towns: 2 });
  console.log(`two towns written and imported in ${Math.round(performance.now() - began)} ms`);
});
afterAll(() => rm(folder, { recursive: true }));

const system = systemActor(COUNTY);

it('brings two towns of the example county in, row for row', async () => {
  const given = registerRows({ towns: 2 });
  const inTeams = given.staff.filter(({ team }) => team !== '').length;
  const found = await db().tx(system, OPENED, (tx) =>
    oneRow(
      tx,
      sql`select (select count(*) from division) as divisions, (select count(*) from account) as accounts,
        (select count(*) from team where side <> 'facility') as pairs, (select count(*) from team_member) as members,
        (select count(*) from household) as households, (select count(*) from contract) as contracts,
        (select count(*) from person) as persons, (select count(*) from category_membership) as categories,
        (select count(*) from personal_plan) as plans, (select count(*) from presence) as stays,
        (select count(*) from enrolment) as enrolments, (select count(*) from task where closed_at is null) as tasks,
        (select count(*) from duty_roster) as shifts, (select count(*) from import_batch) as batches,
        (select count(*) from import_row) as bad`,
    ),
  );
  expect(found).toEqual({
    divisions: 1 + 2 + 28,
    accounts: given.staff.length + 1,
    pairs: 56,
    members: inTeams,
    households: given.households.length,
    contracts: given.households.filter(({ signedOn }) => signedOn).length,
    persons: given.persons.length,
    categories: given.persons.length,
    plans: given.persons.filter(({ planClass }) => planClass).length,
    stays: 3 * given.persons.filter(({ awayFrom }) => awayFrom).length,
    enrolments: given.enrolments.length,
    tasks: given.enrolments.length,
    shifts: 3 * 66,
    batches: 5,
    bad: 0,
  });
});

it('writes nothing when a file comes a second time', async () => {
  const report = await importFile(db(), testKeys, admin, 'households', path.join(folder, '3-households.xlsx'), OPENED);
  expect(report).toMatchObject({ bad: 0, written: { households: 0, contracts: 0 } });
});

it('refuses a file above 10 MB before reading it', async () => {
  const file = path.join(folder, 'large.xlsx');
  await writeFile(file, Buffer.alloc(FILE_LIMIT + 1));
  await expect(importFile(db(), testKeys, admin, 'persons', file, OPENED)).rejects.toMatchObject({
    faults: [{ code: 'workbook_too_large' }],
  });
});

it('leaves an audit chain that verifies, with no name or number in it', async () => {
  await db().tx(system, OPENED, async (tx) => {
    expect(await brokenLink(tx, COUNTY)).toBeNull();
    const { told } = await oneRow(
      tx,
      sql<{ told: string }>`select string_agg(act || subject || detail::text, ' ') as told from audit_entry`,
    );
    expect(told).not.toMatch(/450899|1300000|[王李张刘陈]/);
  });
});
