// bench/county.ts: a county of 62,703 people in 167 villages with its teams, and a drive in it that is ready to be launched.
import fs from 'node:fs';
import { approveCampaign, draftCampaign, prepareCampaign, submitCampaign } from '../src/campaigns/acts/draft.ts';
import { campaignReadiness, requestLaunch, waiveCheck } from '../src/campaigns/acts/launch.ts';
import { insertCalendar } from '../src/places/store.ts';
import { type AccountActor, systemActor } from '../src/platform/actor.ts';
import { at, dateOf } from '../src/platform/civil.ts';
import { type Db, openDb } from '../src/platform/db.ts';
import { bareConnection } from './ground.ts';

export const COUNTY = '450803';
export const PEOPLE = 62_703;
export const VILLAGES = 167;
const HOUSEHOLD = 4; // people: 94 doors a village
const HYPERTENSIVE = 26; // doors of a village with somebody enrolled: 4,342 in all
export const LAUNCHED_AT = at('2018-01-09', '09:00');

const IDS = {
  planner: '00000000-0000-7000-8000-000000000001',
  health: '00000000-0000-7000-8000-000000000002',
  supervisor: '00000000-0000-7000-8000-000000000003',
} as const;

const person = (accountId: string): AccountActor => ({ kind: 'account', countyCode: COUNTY, accountId });

/** Everybody and everything a drive needs, in a dozen statements. @param passwordHash every account's. */
export async function fillCounty(url: string, passwordHash: string): Promise<void> {
  const client = await bareConnection(url);
  const run = (statement: string, values: unknown[] = []) => client.query(statement, values);
  // 12 towns: 11 of 14 villages and 1 of 13.
  await run(`create temporary table village as select n, '${COUNTY}' || lpad(((n - 1) / 14 + 1)::text, 3, '0') as town,
      '${COUNTY}' || lpad(((n - 1) / 14 + 1)::text, 3, '0') || lpad(((n - 1) % 14 + 1)::text, 3, '0') as code
    from generate_series(1, ${VILLAGES}) as n`);
  await run(`insert into division (county_code, code, level, name)
    select '${COUNTY}', '${COUNTY}', 'county', '港南区'
    union all select distinct '${COUNTY}', town, 'town', town || '镇' from village
    union all select '${COUNTY}', code, 'village', code || '村' from village`);
  await run(`insert into account (county_code, id, login, name, email)
    select '${COUNTY}', id::uuid, login, login, login || '@doorstep.example'
    from (values ('${IDS.planner}', 'planner'), ('${IDS.health}', 'health'), ('${IDS.supervisor}', 'supervisor')) as a(id, login)`);
  await run(`insert into account (county_code, login, name, email)
    select '${COUNTY}', login, login, login || '@doorstep.example' from (
      select 'v' || n || '.' || who as login from village cross join (values ('doctor'), ('nurse'), ('cadre'), ('cadre2')) as w(who)
      union all select distinct 't' || town || '.supervisor' from village) logins`);
  await run('update account set password_hash = $1', [passwordHash]);
  await run(`create temporary table hand as
    select a.id, v.code, case when w.who in ('doctor', 'nurse') then 'medical' else 'cadre' end as side, w.who in ('doctor', 'cadre') as lead
    from village v cross join (values ('doctor'), ('nurse'), ('cadre'), ('cadre2')) as w(who) join account a on a.login = 'v' || v.n || '.' || w.who`);
  await run(`insert into role_grant (county_code, account_id, role, area_code, bureau, from_on)
    select '${COUNTY}', id, side, code, null, '2017-01-01' from hand
    union all select distinct '${COUNTY}', a.id, 'supervisor', v.town, null, '2017-01-01'::date from village v join account a on a.login = 't' || v.town || '.supervisor'
    union all values ('${COUNTY}', '${IDS.planner}'::uuid, 'planner', '${COUNTY}', null, '2017-01-01'::date),
      ('${COUNTY}', '${IDS.health}', 'bureau', '${COUNTY}', 'health', '2017-01-01'),
      ('${COUNTY}', '${IDS.supervisor}', 'supervisor', '${COUNTY}', null, '2017-01-01')`);
  await run(`insert into team (county_code, area_code, side, name, from_on)
    select '${COUNTY}', code, side, code || side, '2017-01-01' from village cross join (values ('medical'), ('cadre')) as s(side)`);
  await run(`insert into team_member (county_code, team_id, area_code, account_id, role, source, from_on)
    select '${COUNTY}', t.id, h.code, h.id, case when h.lead then 'lead' else 'member' end,
      case h.side when 'medical' then 'village_doctor' else 'village_committee' end, '2017-01-01'
    from hand h join team t on t.area_code = h.code and t.side = h.side`);
  await run(`insert into duty_roster (county_code, area_code, from_at, to_at, first_id, second_id, phone_enc)
    values ('${COUNTY}', '${COUNTY}', '2018-01-01', '2018-04-01', '${IDS.supervisor}', '${IDS.planner}', 'sealed')`);
  await run(`insert into household (county_code, village_code, register_no, group_no, name)
    select '${COUNTY}', code, code || '-' || lpad(door::text, 3, '0'), door % 9 + 1, '户主' from village
    cross join generate_series(1, ${Math.ceil(PEOPLE / VILLAGES / HOUSEHOLD)}) as door order by code, door`);
  // Sealed columns at the width they have in use.
  await run(`insert into person (county_code, household_id, village_code, name, sex, born_on, id_no_enc, id_no_index, phone_enc)
    select '${COUNTY}', h.id, h.village_code, '某人', case p % 2 when 0 then 'm' else 'f' end, '1950-01-01'::date + (o * 7919 % 20000)::integer,
      repeat('x', 70), md5(o::text) || md5(p::text), repeat('x', 62)
    from (select h.*, p, row_number() over (order by p, h.register_no) as o from household h cross join generate_series(1, ${HOUSEHOLD}) as p) h
    where o <= ${PEOPLE} order by h.village_code, h.register_no`);
  await run(`insert into category_membership (county_code, village_code, person_id, category, from_on)
    select '${COUNTY}', village_code, id, 'insured', '2017-01-01' from person`);
  await run(`insert into enrolment (county_code, village_code, person_id, programme, from_on)
    select '${COUNTY}', p.village_code, p.id, 'htn', '2017-03-01'
    from (select distinct on (p.household_id) p.* from person p order by p.household_id, p.id) p
    join household h on h.id = p.household_id where right(h.register_no, 3)::integer <= ${HYPERTENSIVE}`);
  await client.end();
  const db = openDb({ url, appConnections: 1, systemConnections: 1 });
  await db.tx(systemActor(COUNTY), LAUNCHED_AT, (tx) => insertCalendar(tx, COUNTY, [2017, 2018], dateOf(LAUNCHED_AT)));
  await db.close();
}

/** Drafts, submits, approves and clears the drive through the product's own acts. @returns its id. */
export async function readyCampaign(url: string): Promise<string> {
  const db = openDb({ url, appConnections: 2, systemConnections: 1 });
  try {
    const yaml = fs.readFileSync(new URL('./campaign.yaml', import.meta.url), 'utf8');
    const by = <T>(actor: AccountActor, deed: (tx: Parameters<Parameters<Db['tx']>[2]>[0]) => Promise<T>) =>
      db.tx(actor, LAUNCHED_AT, deed) as Promise<T>;
    const planner = person(IDS.planner);
    const { id } = await by(planner, (tx) => draftCampaign(tx, planner, yaml, LAUNCHED_AT));
    await by(planner, (tx) => submitCampaign(tx, planner, id, LAUNCHED_AT));
    await by(person(IDS.health), (tx) => approveCampaign(tx, person(IDS.health), id, null, LAUNCHED_AT));
    const system = systemActor(COUNTY);
    await db.tx(system, LAUNCHED_AT, (tx) => prepareCampaign(tx, system, id, LAUNCHED_AT));
    await by(planner, async (tx) => {
      const { checks } = await campaignReadiness(tx, planner, id, LAUNCHED_AT);
      for (const check of new Set(checks.map(({ code }) => code)))
        await waiveCheck(tx, planner, id, { check, subject: '', reason: '基准测试' }, LAUNCHED_AT);
      await requestLaunch(tx, planner, id, LAUNCHED_AT);
    });
    return id;
  } finally {
    await db.close();
  }
}

/** Reckons the planner's statistics anew, as autovacuum has done in a county of some days' age. */
export async function settle(url: string): Promise<void> {
  const client = await bareConnection(url);
  await client.query('vacuum (analyze)');
  await client.end();
}
