import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AccountActor } from '../../src/platform/actor.ts';
import { at, type CivilDate, plusDays } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import type { DomainError } from '../../src/platform/errors.ts';
import * as help from '../../src/tasks/acts/help.ts';
import * as acts from '../../src/tasks/acts.ts';
import type { HoldBody } from '../../src/tasks/schema.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';

const NOW = at('2018-01-30', '09:00');
let db: Db;
let drop: () => Promise<void>;
let county: SmallCounty;
let htn: string;
beforeAll(async () => {
  const fresh = await freshDatabase();
  drop = fresh.drop;
  db = openDb({ url: fresh.url });
  county = await smallCounty(db);
  htn = county.villages[0].households[0]?.persons[0]?.enrolments.htn?.taskId ?? '';
});
afterAll(async () => {
  await db.close();
  await drop();
});
beforeEach(() => ask(sql`delete from wake returning id`));

const ask = <T>(query: ReturnType<typeof sql<T>>) => rows(db.systemKysely as unknown as Tx, query);
const as = (login: string): AccountActor => ({
  kind: 'account',
  countyCode: county.countyCode,
  accountId: county.accounts[login] ?? '',
});
/** As the app does: under row-level security. */
const deed = <T>(login: string, work: (tx: Tx, actor: AccountActor) => Promise<T>, now = NOW) =>
  db.tx(as(login), now, (tx) => work(tx, as(login)));
const refused = (work: Promise<unknown>) =>
  work.then(
    () => 'done',
    (error: DomainError) => error.faults[0]?.code,
  );
const hold = (login: string, body: Partial<HoldBody>) =>
  deed(login, (tx, actor) =>
    acts.requestHold(tx, actor, { fromOn: '2018-01-30', toOn: '2018-02-02', reason: 'snow', ...body }, NOW),
  );
/** Cycles, and versions beside them, of the tasks of a village. */
const cycles = async (village: number) =>
  (
    await ask(
      sql<{
        cycle: string;
      }>`select distinct cycle || '.' || version as cycle from task where area_code = ${county.villages[village]?.code ?? ''} order by 1`,
    )
  ).map(({ cycle }) => cycle);
const woken = async () =>
  (await ask(sql<{ id: string }>`select distinct workflow_id as id from wake order by 1`)).map(({ id }) => id);

describe('a hold', () => {
  it('of a week on a household is in force at once, begins no cycle of its tasks and wakes its agenda', async () => {
    const { id: householdId = '', villageCode = '' } = county.villages[0].households[1] ?? {};
    expect(await hold('v1.doctor', { householdId })).toMatchObject({ inForce: true });
    expect(await cycles(0)).toEqual(['0.0', '0.1']);
    expect(await woken()).toEqual([`agenda/${villageCode}`]);
  });

  it('on a village, or of more than a week, waits for somebody else', async () => {
    const { id, inForce } = await hold('town1.supervisor', { villageCode: county.villages[1].code });
    expect(inForce).toBe(false);
    expect(await cycles(1)).toEqual(['0.0']);
    expect(await refused(deed('town1.supervisor', (tx, actor) => acts.approveHold(tx, actor, id, NOW)))).toBe(
      'hold_own',
    );
    await deed('supervisor', (tx, actor) => acts.approveHold(tx, actor, id, NOW));
    expect(await cycles(1)).toEqual(['0.1']);
    expect(await woken()).toEqual([`agenda/${county.villages[1].code}`]);
    await deed('supervisor', (tx, actor) => acts.approveHold(tx, actor, id, NOW));
    expect(await cycles(1)).toEqual(['0.1']);
    expect((await hold('v1.doctor', { taskId: htn, toOn: '2018-02-06' })).inForce).toBe(false);
    await deed('supervisor', (tx, actor) => acts.liftHold(tx, actor, id, null, NOW));
    expect(await ask(sql`select lifted_on as on from hold where id = ${id}`)).toEqual([{ on: '2018-01-30' }]);
  });

  it('of a task and its household together is a week at most without an approver, lifted ones for the days they lasted', async () => {
    const { id: householdId = '' } = county.villages[0].households[0] ?? {};
    const from = (day: CivilDate, days: number, scope: Partial<HoldBody>) =>
      deed('v1.doctor', (tx, actor) =>
        acts.requestHold(tx, actor, { fromOn: day, toOn: plusDays(day, days - 1), reason: 'snow', ...scope }, NOW),
      );
    const first = await from('2018-03-01', 7, { taskId: htn });
    expect(first.inForce).toBe(true);
    await deed(
      'v1.doctor',
      (tx, actor) => acts.liftHold(tx, actor, first.id, '2018-03-06', at('2018-03-02', '09:00')),
      at('2018-03-02', '09:00'),
    );
    expect((await from('2018-03-10', 3, { householdId })).inForce).toBe(false); // five days were held: two are left
    const second = await from('2018-03-10', 2, { householdId });
    expect(second.inForce).toBe(true);
    await deed(
      'v1.doctor',
      (tx, actor) => acts.liftHold(tx, actor, second.id, '2018-03-12', at('2018-03-11', '09:00')),
      at('2018-03-11', '09:00'),
    );
    expect((await from('2018-03-20', 1, { taskId: htn })).inForce).toBe(false);
    expect((await from('2018-03-20', 7, { householdId })).inForce).toBe(false);
  });

  it('has one subject, a right order of days, and lies where one may act', async () => {
    expect(await refused(hold('v1.doctor', {}))).toBe('hold_scope');
    expect(await refused(hold('v1.doctor', { taskId: htn, toOn: '2018-01-29' }))).toBe('hold_reversed');
    expect(await refused(hold('v1.doctor', { taskId: htn, fromOn: '2018-01-20', toOn: '2018-01-25' }))).toBe(
      'hold_past',
    );
    expect(await refused(hold('v1.doctor', { householdId: county.villages[2].households[0]?.id }))).toBe(
      'hold_subject_unknown',
    );
  });
});

describe('a promise', () => {
  it('is for a day within ten working days of the first of its cycle: Sunday 02-11 is one', async () => {
    const promise = (day: '2018-01-29' | '2018-02-12' | '2018-02-13', now = NOW) =>
      deed('v1.doctor', (tx, actor) => acts.acknowledge(tx, actor, htn, day, now), now);
    expect(await refused(promise('2018-01-29'))).toBe('promise_past');
    expect(await refused(promise('2018-02-13'))).toBe('promise_too_far');
    expect(await refused(promise('2018-02-12'))).toBe('done');
    expect(await refused(promise('2018-02-13', at('2018-02-12', '09:00')))).toBe('promise_too_far');
    expect(await woken()).toEqual([]);
  });
});

describe('a move', () => {
  it('brings a follow-up forward and never later', async () => {
    const move = (day: '2018-01-31' | '2018-02-20') =>
      deed('town1.supervisor', (tx, actor) => acts.moveTask(tx, actor, htn, day, 'market', NOW));
    expect(await refused(move('2018-02-20'))).toBe('move_protocol_later');
    await move('2018-01-31');
    expect(await ask(sql`select due_on as due, grace_until as grace from task where id = ${htn}`)).toEqual([
      { due: '2018-01-31', grace: '2018-02-14' },
    ]);
    expect(await woken()).toEqual([`agenda/${county.villages[0].code}`]);
  });
});

describe('help and hand-over', () => {
  it('stand on the desk until answered, and wake both agendas', async () => {
    const id = await deed('v1.cadre', (tx, actor) =>
      help.askHelp(tx, actor, { areaCode: county.villages[0].code, text: '缺人手', urgent: false }, NOW),
    );
    expect(await woken()).toEqual([`courier/${county.countyCode}/email`]);
    await deed('town1.supervisor', (tx, actor) => help.answerHelp(tx, actor, id, {}, NOW));
    expect(await refused(deed('town1.supervisor', (tx, actor) => help.answerHelp(tx, actor, id, {}, NOW)))).toBe(
      'help_unknown',
    );
    await ask(sql`delete from wake returning id`);
    await deed('town1.supervisor', (tx, actor) =>
      acts.transferTask(tx, actor, htn, county.villages[1].medicalTeam, NOW),
    );
    expect(await woken()).toEqual([`agenda/${county.villages[0].code}`, `agenda/${county.villages[1].code}`]);
  });
});
