// test/platform/sight-ground.ts: a county with a few rows of every table in every area, people of several posts, and tasks handed on.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { COUNTY } from '../fixtures/county.ts';
import { TOWNS } from '../fixtures/hands.ts';
import { CLINICAL, type Facts, type Grant, type Row, TABLES } from './sight.ts';

export const VILLAGES = TOWNS.flatMap(({ code, villages }) => villages.map((_, n) => `${code}00${n + 1}`));
export const AREAS = [COUNTY, ...TOWNS.map(({ code }) => code), ...VILLAGES];
export const DAYS = ['2018-01-10', '2018-02-09', '2018-03-15'];
const ROLES = ['admin', 'planner', 'supervisor', 'bureau', 'medical', 'cadre', 'facility'];
const PEOPLE = 16;
const HANDED = 12;

export type Chance = () => number;
export const oneOf = <T>(chance: Chance, list: readonly T[]): T => list[Math.floor(chance() * list.length)] as T;

interface Column {
  readonly table: string;
  readonly name: string;
  readonly type: string;
  readonly key: boolean;
}

/** The tables' own shapes, and a connection of the owner, for whom nothing is hidden. */
export class Ground {
  readonly owner: pg.Client;
  readonly accounts: string[];
  private readonly columns: readonly Column[];
  private readonly households: readonly string[];
  private readonly rounds: unknown[] = [];
  private readonly sessions: unknown[] = [];
  private readonly chance: Chance;
  private constructor(
    owner: pg.Client,
    columns: readonly Column[],
    accounts: string[],
    households: string[],
    chance: Chance,
  ) {
    this.owner = owner;
    this.columns = columns;
    this.accounts = accounts;
    this.households = households;
    this.chance = chance;
  }

  /** Only who sees a row is asked here: everything that a row must be besides is lifted, so that a key and an area make one. */
  static async of(url: string, chance: Chance): Promise<Ground> {
    const owner = new pg.Client({ connectionString: url });
    await owner.connect();
    await owner.query(`do $$ declare c record; begin
      for c in select conrelid::regclass as tab, conname from pg_constraint
        where connamespace = 'public'::regnamespace and contype in ('c', 'f', 'u', 'x') order by contype = 'u' loop
        execute format('alter table %s drop constraint %I', c.tab, c.conname);
      end loop;
      for c in select a.attrelid::regclass as tab, a.attname from pg_attribute a join pg_class t on t.oid = a.attrelid
        where t.relnamespace = 'public'::regnamespace and t.relkind = 'r' and a.attnum > 0 and a.attnotnull
          and not exists (select from pg_index i where i.indrelid = t.oid and i.indisprimary and a.attnum = any(i.indkey)) loop
        execute format('alter table %s alter column %I drop not null', c.tab, c.attname);
      end loop; end $$`);
    const { rows: columns } = await owner.query<Column>(`select t.relname as table, a.attname as name,
        format_type(a.atttypid, null) as type, coalesce(a.attnum = any(i.indkey), false) as key
      from pg_class t join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      left join pg_index i on i.indrelid = t.oid and i.indisprimary
      where t.relnamespace = 'public'::regnamespace and t.relkind = 'r' order by t.relname, a.attnum`);
    const ids = async (text: string) => (await owner.query<{ id: string }>(text)).rows.map(({ id }) => id);
    const accounts = await ids('select id from account order by login');
    return new Ground(owner, columns, accounts, await ids('select id from household order by register_no'), chance);
  }

  key(table: string): string {
    const names = this.columns.filter((column) => column.table === table && column.key).map(({ name }) => name);
    return `concat_ws('/', ${names.join(', ')})`;
  }

  /** A new row: its key and area, and what else decides who sees it. */
  draw(table: string, area: string, accountId: string): Row {
    const has = (name: string) => this.columns.some((column) => column.table === table && column.name === name);
    const row: Record<string, unknown> = {};
    for (const { name, type } of this.columns.filter((column) => column.table === table && column.key))
      row[name] = this.filler(type);
    if (has('county_code')) row.county_code = COUNTY;
    const { area: decides } = TABLES[table] ?? {};
    if (decides) row[decides] = area;
    if (has('account_id')) row.account_id = accountId;
    if (has('filing')) row.filing = oneOf(this.chance, ['accepted', 'review']);
    if (has('clinical')) row.clinical = this.chance() < 0.5;
    if (table === 'role_grant') row.role = oneOf(this.chance, ROLES);
    if (table === 'leave')
      Object.assign(row, {
        substitute_id: oneOf(this.chance, this.accounts),
        consented_at: oneOf(this.chance, [null, null, '2018-01-10T00:00:00Z']),
      });
    if (table === 'clinic_session') this.sessions.push(row.id);
    if (['clinic_stage', 'clinic_staff', 'clinic_attendance'].includes(table))
      row.session_id = oneOf(this.chance, this.sessions);
    if (table === 'round') this.rounds.push(row.id);
    if (table === 'round_stage') row.round_id = oneOf(this.chance, this.rounds);
    if (table === 'task') row.household_id = oneOf(this.chance, this.households);
    return row;
  }

  private filler(type: string): unknown {
    const number = Math.floor(this.chance() * 1e9);
    if (type === 'uuid') return randomUUID();
    if (type === 'date') return new Date(number * 1e4).toISOString().slice(0, 10);
    return type === 'text' ? `n${number}` : number;
  }

  async add(table: string, row: Row): Promise<void> {
    await this.owner.query(`${insertion(table, row)} on conflict do nothing`);
  }

  /** Two rows a table and area; people with up to four posts each, some ended or to come; tasks that stand with another team. */
  async fill(): Promise<void> {
    await this.owner.query("set session_replication_role = 'replica'"); // no trigger: the audit's chain is not asked here
    for (let n = 0; n < PEOPLE; n++) {
      const id = randomUUID();
      this.accounts.push(id);
      await this.add('account', { county_code: COUNTY, id, login: `chance${n}`, name: `某${n}` });
      for (let posts = Math.floor(this.chance() * 5); posts > 0; posts--) await this.addGrant(id);
    }
    for (const [table, { area }] of Object.entries(TABLES)) {
      if (['account', 'role_grant', 'division', 'calendar_day'].includes(table)) continue; // the county has them
      const areas = area === 'village_code' ? VILLAGES : AREAS;
      for (const one of [...areas, ...areas])
        await this.add(table, this.draw(table, one, oneOf(this.chance, this.accounts)));
    }
    await this.owner.query("update round_stage set stage = 'answered' where seq % 2 = 0");
    await this.owner.query(`update round_eligible e set round_id = s.round_id from (select round_id, row_number() over () as n from round_stage) s
      where s.n = (select count(*) from round_eligible o where o.record_id <= e.record_id)`);
    await this.owner.query(`update judgement j set enrolment_id = e.id from (select id, row_number() over () as n from enrolment) e
      where e.n = (select count(*) from judgement o where o.id <= j.id)`);
    for (let n = 0; n < HANDED; n++) await this.handOn();
  }

  private async addGrant(accountId: string): Promise<void> {
    const [fromOn, toOn] = [oneOf(this.chance, ['2017-12-01', ...DAYS]), oneOf(this.chance, [null, null, ...DAYS])];
    await this.add('role_grant', {
      county_code: COUNTY,
      id: randomUUID(),
      account_id: accountId,
      role: oneOf(this.chance, ROLES),
      area_code: oneOf(this.chance, AREAS),
      from_on: fromOn,
      to_on: toOn !== null && toOn < fromOn ? fromOn : toOn,
    });
  }

  /** Some task of an enrolment now stands with a village's, a town's or the county's team; a third of them is closed. */
  private async handOn(): Promise<void> {
    const closed = this.chance() < 0.33 ? '2018-01-20T00:00:00Z' : null;
    await this.owner.query(
      `update task set area_code = $1, handed_on = '2018-01-09', closed_at = $2
       where id = (select id from task where person_id is not null order by md5(id::text || $3) limit 1)`,
      [oneOf(this.chance, AREAS), closed, String(this.chance())],
    );
  }

  async all(table: string): Promise<Row[]> {
    return (await this.owner.query(`select *, ${this.key(table)} as key from ${table}`)).rows;
  }

  async facts(): Promise<Facts> {
    const grants = await this.owner.query<Grant>(`select account_id as "accountId", role, area_code as "areaCode",
      from_on::text as "fromOn", to_on::text as "toOn" from role_grant`);
    return {
      grants: grants.rows,
      tasks: await this.all('task'),
      households: await this.all('household'),
      rounds: await this.all('round'),
      clinicStaff: await this.all('clinic_staff'),
      enrolments: await this.all('enrolment'),
      roundStages: await this.all('round_stage'),
    };
  }
}

/** The statement that writes a row, for whoever runs it. */
export function insertion(table: string, row: Row): string {
  const names = Object.keys(row).map((name) => pg.escapeIdentifier(name));
  const values = Object.values(row).map((value) => (value === null ? 'null' : pg.escapeLiteral(String(value))));
  const identity = table === 'mailbox' ? 'overriding system value ' : '';
  return `insert into ${table} (${names.join(', ')}) ${identity}values (${values.join(', ')})`;
}

export const ROLE_SETS: readonly (readonly string[])[] = [
  [],
  [],
  CLINICAL,
  ['cadre'],
  ['medical'],
  ['planner', 'admin'],
  ['supervisor'],
];
