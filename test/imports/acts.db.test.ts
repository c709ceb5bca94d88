import { beforeAll, describe, expect, it } from 'vitest';
import { importWorkbook, readUpload } from '../../src/imports/acts.ts';
import { sayReport } from '../../src/imports/report.ts';
import type { RegisterKind } from '../../src/imports/rules/columns.ts';
import type { AccountActor } from '../../src/platform/actor.ts';
import { open } from '../../src/platform/crypto.ts';
import { oneRow, rows, sql } from '../../src/platform/db.ts';
import { idCheck } from '../../src/population/rules.ts';
import { COUNTY, SETTLED, type SmallCounty, smallCounty, testKeys } from '../fixtures/county.ts';
import { fileDatabase } from '../setup/county-database.ts';
import { workbookOf } from './sheet.ts';

type Cells = Readonly<Record<string, string | number | null>>;

let county: SmallCounty;
let planner: AccountActor;
const db = fileDatabase(async (opened) => {
  county = await smallCounty(opened);
});
beforeAll(() => {
  planner = { kind: 'account', countyCode: COUNTY, accountId: county.planner };
});

async function bring(kind: RegisterKind, given: readonly Cells[], dryRun = false, by = planner) {
  const file = await workbookOf(kind, given);
  const upload = await readUpload(kind, file, { fileName: `${kind}.xlsx`, dryRun });
  return db().tx(county.actor, SETTLED, (tx) => importWorkbook(tx, by, testKeys, upload, SETTLED));
}
/** The faults of a dry run, as `line code column`. */
async function faultsOf(kind: RegisterKind, given: readonly Cells[]): Promise<string[]> {
  const report = await bring(kind, given, true);
  sayReport(report); // throws for a fault without words
  return report.badLines.flatMap(({ line, faults }) => faults.map(({ code, field }) => `${line} ${code} ${field}`));
}
const count = (table: string) =>
  db().tx(
    county.actor,
    SETTLED,
    async (tx) => (await oneRow(tx, sql<{ n: number }>`select count(*) as n from ${sql.table(table)}`)).n,
  );

const VILLAGE = '450803001001';
const idNo = (born: string, turn: number) => {
  const first17 = `450899${born.replaceAll('-', '')}${String(turn).padStart(3, '0')}`;
  return first17 + idCheck(first17);
};
const staff: Cells = {
  login: 'new.doctor',
  name: '新医生',
  phone: '13000000001',
  email: 'new.doctor@doorstep.example',
  role: '医务人员',
  area: VILLAGE,
  team: '医疗',
  lead: '否',
  source: '村医',
  fromOn: '2017-12-01',
};
const household: Cells = {
  registerNo: `${VILLAGE}-101`,
  village: VILLAGE,
  group: 1,
  head: '甲',
  signedOn: '2017-05-01',
};
const person: Cells = {
  idNo: idNo('1960-05-06', 801),
  name: '甲',
  sex: '男',
  bornOn: '1960-05-06',
  household: `${VILLAGE}-001`,
  phone: '13000000002',
  category: '建档立卡贫困人口',
  categoryFrom: '2016-01-01',
};

describe('a bad row says what is wrong, beside its column', () => {
  it.each<[string, RegisterKind, Cells[], string]>([
    ['a cell left empty', 'divisions', [{ code: '450803003', name: null }], '2 row_cell_missing 名称'],
    ['a code of the wrong length', 'divisions', [{ code: '4508', name: '镇' }], '2 row_division_code_malformed 代码'],
    ['another county', 'divisions', [{ code: '450804001', name: '镇' }], '2 row_division_of_other_county 代码'],
    [
      'a village without its town',
      'divisions',
      [{ code: '450803009001', name: '村' }],
      '2 row_division_parent_missing 代码',
    ],
    [
      'a name that is another on the register',
      'divisions',
      [{ code: VILLAGE, name: '李家村' }],
      '2 row_division_named_otherwise 名称',
    ],
    [
      'the same code twice',
      'divisions',
      [
        { code: '450803003', name: '镇' },
        { code: '450803003', name: '镇' },
      ],
      '3 row_repeated 代码',
    ],
    ['an unknown division', 'staff', [{ ...staff, area: '450803099001' }], '2 row_division_unknown 区划代码'],
    ['a second lead on the register', 'staff', [{ ...staff, lead: '是' }], '2 row_team_has_lead 组长'],
    ['a login somebody has', 'staff', [{ ...staff, login: 'v1.doctor' }], '2 row_login_taken 登录名'],
    ['a login out of form', 'staff', [{ ...staff, login: '王医生' }], '2 row_login_malformed 登录名'],
    ['an address that is none', 'staff', [{ ...staff, email: 'nobody' }], '2 row_email_malformed 邮箱'],
    ['a telephone that is none', 'staff', [{ ...staff, phone: '110' }], '2 row_phone_malformed 电话'],
    ['an unknown role', 'staff', [{ ...staff, role: '村长' }], '2 row_role_unknown 角色'],
    ['a role in the wrong area', 'staff', [{ ...staff, area: '450803001' }], '2 row_role_in_wrong_area 区划代码'],
    ['a team of another role', 'staff', [{ ...staff, team: '干部' }], '2 row_team_not_of_role 队伍'],
    ['a doctor without a team', 'staff', [{ ...staff, team: null }], '2 row_team_missing 队伍'],
    ['a member from nowhere', 'staff', [{ ...staff, source: null }], '2 row_source_missing 来源'],
    [
      'a bureau that is not named',
      'staff',
      [{ ...staff, role: '委办局', area: COUNTY, team: null, source: null }],
      '2 row_bureau_missing 委办局',
    ],
    [
      'a planner who makes somebody 管理员',
      'staff',
      [{ ...staff, role: '管理员', area: COUNTY, team: null, lead: null, source: null }],
      '2 row_role_not_yours_to_give 角色',
    ],
    [
      'a planner who makes somebody 计划员',
      'staff',
      [{ ...staff, role: '计划员', area: COUNTY, team: null, lead: null, source: null }],
      '2 row_role_not_yours_to_give 角色',
    ],
    [
      'a planner who makes somebody 督导员',
      'staff',
      [{ ...staff, role: '督导员', area: COUNTY, team: null, lead: null, source: null }],
      '2 row_role_not_yours_to_give 角色',
    ],
    ['an unknown source', 'staff', [{ ...staff, source: '网友' }], '2 row_source_unknown 来源'],
    ['a number used twice', 'households', [household, household], '3 row_repeated 户编号'],
    [
      'a household of an unknown village',
      'households',
      [{ ...household, village: '450803099001' }],
      '2 row_division_unknown 村代码',
    ],
    [
      'a household known in another village',
      'households',
      [{ ...household, registerNo: '450803001002-001' }],
      '2 row_household_elsewhere 户编号',
    ],
    ['a group that is no number', 'households', [{ ...household, group: '三' }], '2 row_number_out_of_range 组'],
    [
      'a contract from the future',
      'households',
      [{ ...household, signedOn: '2018-03-01' }],
      '2 row_date_ahead 签约日期',
    ],
    [
      'a wrong check character',
      'persons',
      [{ ...person, idNo: '450899196005068010' }],
      '2 row_id_number_invalid 身份证号',
    ],
    [
      'an ID number kept as a number',
      'persons',
      [{ ...person, idNo: 450899196005068000 }],
      '2 row_id_number_invalid 身份证号',
    ],
    ['a birthday that never was', 'persons', [{ ...person, bornOn: '1960-02-30x' }], '2 row_date_impossible 出生日期'],
    [
      'a birthday other than the ID’s',
      'persons',
      [{ ...person, bornOn: '1960-05-07' }],
      '2 row_id_number_other_birthday 出生日期',
    ],
    ['a sex other than the ID’s', 'persons', [{ ...person, sex: '女' }], '2 row_id_number_other_sex 性别'],
    ['a person without a household', 'persons', [{ ...person, household: null }], '2 row_cell_missing 户编号'],
    ['a household nobody knows', 'persons', [{ ...person, household: '999' }], '2 row_household_unknown 户编号'],
    ['the same person twice', 'persons', [person, person], '3 row_repeated 身份证号'],
    ['an unknown category', 'persons', [{ ...person, category: '富人' }], '2 row_category_unknown 类别'],
    [
      'an unknown class of plan',
      'persons',
      [{ ...person, planClass: '小病', treated: '是' }],
      '2 row_plan_class_unknown 一人一策分类',
    ],
    [
      'a plan that does not say whether she is treated',
      'persons',
      [{ ...person, planClass: '慢病' }],
      '2 row_cell_missing 已救治',
    ],
    [
      'a return before the departure',
      'persons',
      [{ ...person, awayFrom: '2018-02-08', homeFrom: '2018-02-01' }],
      '2 row_dates_reversed 返乡日',
    ],
    [
      'an unknown programme',
      'enrolments',
      [{ idNo: person.idNo ?? '', programme: '感冒', fromOn: '2017-01-01', nextOn: '2018-02-01' }],
      '2 row_programme_unknown 病种',
    ],
    [
      'an enrolment of nobody',
      'enrolments',
      [{ idNo: idNo('1961-01-01', 1), programme: '高血压', fromOn: '2017-01-01', nextOn: '2018-02-01' }],
      '2 row_person_unknown 身份证号',
    ],
    [
      'a next visit before the enrolment',
      'enrolments',
      [{ idNo: person.idNo ?? '', programme: '高血压', fromOn: '2017-01-01', nextOn: '2016-02-01' }],
      '2 row_dates_reversed 下次随访日期',
    ],
  ])('%s', async (_, kind, given, fault) => {
    expect(await faultsOf(kind, given)).toEqual([fault]);
  });

  it('a person registered in another household', async () => {
    const known = county.villages[0].households[0]?.persons[0];
    const moved = { ...person, idNo: known?.idNo ?? '', bornOn: known?.bornOn ?? '', household: `${VILLAGE}-002` };
    expect(await faultsOf('persons', [moved])).toEqual(['2 row_person_elsewhere 户编号']);
  });

  it('two leads for one team in one file: the first stands', async () => {
    await bring('divisions', [{ code: '450803001009', name: '新村' }]);
    const lead = { ...staff, area: '450803001009', lead: '是' };
    expect(await faultsOf('staff', [lead, { ...lead, login: 'other.doctor' }])).toEqual(['3 row_team_has_lead 组长']);
  });

  it('a contract in a village that lacks a team', async () => {
    await bring('divisions', [{ code: '450803001008', name: '孤村' }]);
    expect(await faultsOf('households', [{ ...household, village: '450803001008' }])).toEqual([
      '2 row_village_without_pair 签约日期',
    ]);
  });

  it('everything wrong with a row at once', async () => {
    expect(await faultsOf('households', [{ registerNo: null, village: '1', group: 0, head: null }])).toEqual([
      '2 row_cell_missing 户编号',
      '2 row_village_code_malformed 村代码',
      '2 row_number_out_of_range 组',
      '2 row_cell_missing 户主',
    ]);
  });

  it('in both languages, with what to do, and never the value', async () => {
    const report = sayReport(await bring('persons', [{ ...person, name: '某某某', idNo: '450899196005068010' }], true));
    expect(report.badRows[0]?.faults[0]).toMatchObject({
      code: 'row_id_number_invalid',
      column: '身份证号',
      reason: { 'zh-CN': expect.stringContaining('身份证号不正确'), en: expect.stringContaining('not valid') },
      remedy: { 'zh-CN': expect.stringContaining('文本格式'), en: expect.stringContaining('as text') },
    });
    expect(JSON.stringify(report)).not.toMatch(/4508991960|某某某/);
  });
});

describe('an import', () => {
  const rowsGiven = [
    {
      ...person,
      idNo: idNo('1970-01-01', 811),
      bornOn: '1970-01-01',
      planClass: '慢病',
      treated: '是',
      awayFrom: '2017-10-01',
      homeFrom: '2018-02-08',
      leavesOn: '2018-02-22',
    },
    { ...person, idNo: 'bad' },
    { ...person, idNo: idNo('1971-01-01', 811), bornOn: '1971-01-01' },
  ];

  it('takes the good rows, keeps back the bad ones and puts both on record', async () => {
    const before = await count('person');
    const dry = await bring('persons', rowsGiven, true);
    expect(await count('person')).toBe(before);
    expect(dry).toMatchObject({
      dryRun: true,
      batchId: null,
      rows: 3,
      good: 2,
      bad: 1,
      written: { persons: 2, categories: 2, plans: 1, stays: 3 },
    });

    const report = await bring('persons', rowsGiven);
    expect({ ...report, dryRun: true, batchId: null }).toEqual(dry);
    expect(await count('person')).toBe(before + 2);
    const kept = await db().tx(county.actor, SETTLED, (tx) =>
      rows(
        tx,
        sql`select b.rows, b.bad, r.line, r.faults from import_batch b join import_row r on r.batch_id = b.id where b.id = ${report.batchId}`,
      ),
    );
    expect(kept).toEqual([
      { rows: 3, bad: 1, line: 3, faults: [{ code: 'row_id_number_invalid', field: '身份证号' }] },
    ]);
  });

  it('writes nothing the second time', async () => {
    const report = await bring('persons', rowsGiven);
    expect(report).toMatchObject({ good: 2, bad: 1, written: { persons: 0, categories: 0, plans: 0, stays: 0 } });
  });

  it('says who is home when: away, home to the day she leaves, away again', async () => {
    const stays = await db().tx(county.actor, SETTLED, (tx) =>
      rows(
        tx,
        sql`select s.place, s.from_on, s.to_on from presence s join person p on p.id = s.person_id where p.born_on = '1970-01-01' order by s.from_on`,
      ),
    );
    expect(stays).toEqual([
      { place: 'away', from_on: '2017-10-01', to_on: '2018-02-07' },
      { place: 'home', from_on: '2018-02-08', to_on: '2018-02-22' },
      { place: 'away', from_on: '2018-02-23', to_on: null },
    ]);
  });

  it('keeps ID numbers and telephones sealed', async () => {
    const [found] = await db().tx(county.actor, SETTLED, (tx) =>
      rows(
        tx,
        sql<{
          id_no_enc: string;
          phone_enc: string;
          all: string;
        }>`select id_no_enc, phone_enc, p::text as all from person p where born_on = '1970-01-01'`,
      ),
    );
    expect(open(testKeys, found?.id_no_enc ?? '', 'person.id_no')).toBe(idNo('1970-01-01', 811));
    expect(open(testKeys, found?.phone_enc ?? '', 'person.phone')).toBe('13000000002');
    expect(found?.all).not.toContain('450899');
  });

  it('enrols with an open follow-up and wakes the village’s agenda', async () => {
    const report = await bring('enrolments', [
      { idNo: idNo('1971-01-01', 811), programme: '高血压', fromOn: '2017-06-01', nextOn: '2018-12-25' },
    ]);
    expect(report.written).toEqual({ enrolments: 1, tasks: 1 });
    const found = await db().tx(county.actor, SETTLED, (tx) =>
      oneRow(
        tx,
        sql`select t.kind, t.side, t.area_code, t.opens_on, t.due_on, t.grace_until, t.source_key = 'follow/' || e.id || '/htn' as keyed
        from task t join enrolment e on e.id = t.enrolment_id where t.due_on = '2018-12-25'`,
      ),
    );
    expect(found).toEqual({
      kind: 'htn',
      side: 'medical',
      area_code: VILLAGE,
      opens_on: '2018-12-11',
      due_on: '2018-12-25',
      grace_until: '2018-12-31', // the year's end, as the protocol has it
      keyed: true,
    });
    const woken = await db().tx(county.actor, SETTLED, (tx) => rows(tx, sql`select workflow_id from wake`));
    expect(woken).toContainEqual({ workflow_id: `agenda/${VILLAGE}` });
  });

  it('makes a village’s staff: accounts, roles, the teams and their members', async () => {
    await bring('divisions', [{ code: '450803002009', name: '后村' }]);
    const here = { ...staff, area: '450803002009' };
    const cadre = { ...here, role: '帮扶干部', team: '干部', source: '第一书记' };
    const report = await bring('staff', [
      { ...here, login: 'x.doctor', lead: '是' },
      { ...here, login: 'x.nurse' },
      { ...cadre, login: 'x.cadre', lead: '是' },
    ]);
    expect(report.badLines).toEqual([]);
    expect(report.written).toEqual({ accounts: 3, grants: 3, teams: 2, members: 3 });
  });

  it('takes a bureau’s account from the administrator, who gives herself nothing, and says who gave what', async () => {
    const admin = { ...planner, accountId: county.admin };
    const bureau = { ...staff, role: '委办局', area: COUNTY, team: null, source: null, lead: null, bureau: '卫计局' };
    const own = { ...staff, login: 'admin', name: await nameOf(county.admin) };
    const report = await bring('staff', [{ ...bureau, login: 'x.bureau' }, own], false, admin);
    expect(report.badLines.map(({ line, faults }) => [line, faults[0]?.code])).toEqual([[3, 'row_grant_own']]);
    expect(report.written).toMatchObject({ accounts: 1, grants: 1 });
    const entries = await db().tx(county.actor, SETTLED, (tx) =>
      rows(
        tx,
        sql`select e.account_id as giver, e.subject = 'account/' || a.id as hers, e.detail from audit_entry e
        join account a on a.login = 'x.bureau' where e.act = 'access.granted' order by e.id desc limit 1`,
      ),
    );
    expect(entries).toEqual([{ giver: county.admin, hers: true, detail: { role: 'bureau', areaCode: COUNTY } }]);
  });
});

const nameOf = async (id: string): Promise<string> =>
  (
    await db().tx(county.actor, SETTLED, (tx) =>
      oneRow(tx, sql<{ name: string }>`select name from account where id = ${id}`),
    )
  ).name;
