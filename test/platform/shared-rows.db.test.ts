// What the whole county shares is read by everybody in it; who may write it is another question, and the database's own.
import { describe, expect, it } from 'vitest';
import { at } from '../../src/platform/civil.ts';
import { rows, sql } from '../../src/platform/db.ts';
import { COUNTY, type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { fileDatabase } from '../setup/county-database.ts';

let county: SmallCounty;
const db = fileDatabase(async (opened) => {
  county = await smallCounty(opened);
});
const id = (login: string): string => county.accounts[login] ?? '';
const NOW = at('2018-01-10', '09:00');
class Undone extends Error {}

/** What the database says to a statement of somebody's; nothing of it stays. */
async function says(login: string, statement: ReturnType<typeof sql>): Promise<'written' | 'refused'> {
  const actor = { kind: 'account', countyCode: COUNTY, accountId: id(login) } as const;
  const tried = db().tx(actor, NOW, async (tx) => {
    await statement.execute(tx);
    throw new Undone();
  });
  return tried.catch((error: { code?: string }) => {
    if (error instanceof Undone) return 'written';
    if (error.code === '42501') return 'refused'; // insufficient privilege: a policy's, or a missing grant
    throw error;
  });
}

const gives = (to: string, role: string, areaCode: string) =>
  sql`insert into role_grant (county_code, account_id, role, area_code, from_on) values (${COUNTY}, ${id(to)}, ${role}, ${areaCode}, '2018-01-10')`;
const asks = (whose: string, consented = false) =>
  sql`insert into leave (county_code, account_id, from_on, to_on, substitute_id, consented_at)
    values (${COUNTY}, ${id(whose)}, '2018-02-01', '2018-02-03', ${id('supervisor')}, ${consented ? NOW : null})`;

describe('a role', () => {
  it('of a team is given in one’s own area, by whoever organises it, and by no member', async () => {
    const [here, , there] = county.villages;
    expect(await says('planner', gives('v4.cadre', 'medical', here.code))).toBe('written');
    expect(await says('town1.supervisor', gives('v4.cadre', 'medical', here.code))).toBe('written');
    expect(await says('town1.supervisor', gives('v4.cadre', 'medical', there.code))).toBe('refused');
    expect(await says('v1.doctor', gives('v4.cadre', 'medical', here.code))).toBe('refused');
  });

  it('beyond a team’s post is an administrator’s to give', async () => {
    for (const role of ['admin', 'planner', 'supervisor']) {
      expect(await says('admin', gives('v1.doctor', role, COUNTY))).toBe('written');
      for (const login of ['planner', 'supervisor', 'bureau.health', 'v1.doctor'])
        expect(await says(login, gives('v1.cadre', role, COUNTY)), `${login} gives ${role}`).toBe('refused');
    }
  });

  it('is given by nobody to herself, and once given it is ended, not changed', async () => {
    for (const login of ['admin', 'planner', 'town1.supervisor'])
      expect(await says(login, gives(login, 'medical', county.villages[0].code)), login).toBe('refused');
    expect(await says('admin', sql`update role_grant set role = 'admin' where account_id = ${id('v1.doctor')}`)).toBe(
      'refused',
    );
    expect(await says('v1.doctor', sql`update role_grant set to_on = null where account_id = ${id('v1.doctor')}`)).toBe(
      'refused',
    );
  });
});

describe('an account', () => {
  it('shows nobody its password or its telephone', async () => {
    for (const login of ['admin', 'planner', 'v1.doctor']) {
      expect(await says(login, sql`select password_hash from account`), login).toBe('refused');
      expect(await says(login, sql`select phone_enc from account`), login).toBe('refused');
    }
  });

  it('changes its own language and nothing else', async () => {
    expect(await says('v1.doctor', sql`update account set locale = 'en' where id = ${id('v1.doctor')}`)).toBe(
      'written',
    );
    expect(await says('v1.doctor', sql`update account set locale = 'en' where id = ${id('v1.cadre')}`)).toBe('refused');
    expect(await says('v1.doctor', sql`update account set email = 'x' where id = ${id('v1.doctor')}`)).toBe('refused');
    expect(await says('admin', sql`insert into account (county_code, login, name) values (${COUNTY}, 'x', 'x')`)).toBe(
      'refused',
    );
  });
});

describe('a leave', () => {
  it('is asked for by oneself or whoever is in charge, and never consented to by who asks', async () => {
    expect(await says('v1.doctor', asks('v1.doctor'))).toBe('written');
    expect(await says('v1.doctor', asks('v1.doctor', true))).toBe('refused');
    expect(await says('town1.supervisor', asks('v1.doctor'))).toBe('written');
    expect(await says('town1.supervisor', asks('v3.doctor'))).toBe('refused');
    expect(await says('v1.cadre', asks('v1.doctor'))).toBe('refused');
    const elsewhere = sql`insert into leave (county_code, account_id, from_on, to_on, substitute_id)
      values (${COUNTY}, ${id('v1.doctor')}, '2018-02-01', '2018-02-03', ${id('v1.cadre')})`;
    expect(await says('v1.cadre', elsewhere)).toBe('refused'); // else she would stand in, and consent to it herself
  });

  it('holds by the substitute’s own word alone', async () => {
    await db().tx(county.actor, NOW, (tx) => asks('v1.doctor').execute(tx));
    const consent = sql`update leave set consented_at = ${NOW} where account_id = ${id('v1.doctor')}`;
    for (const login of ['v1.doctor', 'town1.supervisor', 'planner'])
      expect(await says(login, consent), login).toBe('refused');
    expect(await says('supervisor', consent)).toBe('written');
  });
});

describe('what the system alone writes', () => {
  const stories = (): [string, ReturnType<typeof sql>][] => [
    ['division', sql`update division set name = 'x'`],
    ['calendar_day', sql`update calendar_day set workday = true`],
    ['calendar_span', sql`insert into calendar_span values (${COUNTY}, 'market', '2018-01-01', '2018-01-02', 'x')`],
    [
      'team',
      sql`insert into team (county_code, area_code, side, name, from_on) values (${COUNTY}, ${COUNTY}, 'facility', 'x', '2018-01-10')`,
    ],
    ['recurrence', sql`insert into recurrence values (${COUNTY}, 'x', 'review', '{}', '2018-01-10', null)`],
    ['seal', sql`insert into seal select ${COUNTY}, uuidv7(), uuidv7(), '{}', 'x', ${NOW}`],
    [
      'import_batch',
      sql`insert into import_batch (county_code, kind, file_name, file_hash, account_id, at, rows, bad)
      values (${COUNTY}, 'staff', 'x', 'x', ${id('admin')}, ${NOW}, 1, 0)`,
    ],
    [
      'area_sweep',
      sql`insert into area_sweep (county_code, area_code, swept_at) values (${COUNTY}, ${COUNTY}, ${NOW})`,
    ],
    ['notice', sql`update notice set state = 'dead'`],
    ['notice_line', sql`update notice_line set fate = null`],
    ['delivery', sql`update delivery set outcome = 'sent'`],
  ];

  it('is written by no person, whatever her roles', async () => {
    for (const login of ['admin', 'planner', 'supervisor', 'v1.doctor'])
      for (const [table, statement] of stories())
        expect(await says(login, statement), `${login} writes ${table}`).toBe('refused');
  });
});

describe('what belongs to those who run a drive or an area', () => {
  const shift = (area: string) =>
    sql`insert into duty_roster (county_code, area_code, from_at, to_at, first_id, second_id, phone_enc)
      values (${COUNTY}, ${area}, '2019-01-01', '2019-01-02', ${id('v1.doctor')}, ${id('v1.nurse')}, 'x')`;
  const seat = (team: string, area: string, who: string) =>
    sql`insert into team_member (county_code, team_id, area_code, account_id, role, source, from_on)
      values (${COUNTY}, ${team}, ${area}, ${id(who)}, 'member', 'village_doctor', '2018-01-10')`;
  const draft = sql`insert into campaign (county_code, key, name, window_from, window_to, notice_no, notice_on, definition, created_by, created_at)
    select ${COUNTY}, 'x', 'x', '2018-01-01', '2018-02-01', 'x', '2018-01-01', '{}', id, ${NOW} from account limit 1`;

  it('is theirs to write, in their own area', async () => {
    const [here, , there] = county.villages;
    const town = county.towns[0].code;
    expect(await says('town1.supervisor', shift(town))).toBe('written');
    expect(await says('town1.supervisor', shift(county.towns[1].code))).toBe('refused');
    expect(await says('v1.doctor', shift(town))).toBe('refused');
    expect(await says('town1.supervisor', seat(here.medicalTeam, here.code, 'v4.cadre'))).toBe('written');
    expect(await says('town1.supervisor', seat(here.medicalTeam, here.code, 'town1.supervisor'))).toBe('refused');
    expect(await says('town1.supervisor', seat(there.medicalTeam, there.code, 'v4.cadre'))).toBe('refused');
    expect(await says('planner', draft)).toBe('written');
    for (const login of ['supervisor', 'bureau.health', 'v1.doctor'])
      expect(await says(login, draft), `${login} drafts`).toBe('refused');
  });

  it('what an import brought is read by those who import', async () => {
    await db().tx(county.actor, NOW, (tx) =>
      sql`insert into import_batch (county_code, kind, file_name, file_hash, account_id, at, rows, bad)
        values (${COUNTY}, 'staff', 'x', 'x', ${id('admin')}, ${NOW}, 1, 0)`.execute(tx),
    );
    const seen = async (login: string) =>
      (
        await db().tx({ kind: 'account', countyCode: COUNTY, accountId: id(login) }, NOW, (tx) =>
          rows(tx, sql`select id from import_batch`),
        )
      ).length;
    expect([await seen('admin'), await seen('planner'), await seen('supervisor'), await seen('v1.doctor')]).toEqual([
      1, 1, 0, 0,
    ]);
  });
});
