// test/visits/stop.ts: stops at a door as a phone would send them, and the questions tests ask of what became of them.
import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach } from 'vitest';
import type { AccountActor } from '../../src/platform/actor.ts';
import { type CivilDate, type Instant, plusMinutes } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql } from '../../src/platform/db.ts';
import { recordVisit } from '../../src/visits/acts.ts';
import { NewVisit, type VisitReceipt } from '../../src/visits/schema.ts';
import { COUNTY, type SmallCounty, type SmallVillage, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';

type Sent = Record<string, unknown>;

export const someone = (accountId: string): AccountActor => ({ kind: 'account', countyCode: COUNTY, accountId });

/** A record with a fresh id. */
export const record = (kind: string, body: Sent, more: Sent = {}): Sent => ({ id: randomUUID(), kind, body, ...more });
export const talk = (understood: 'said' | 'partly' | 'not' = 'said', more: Sent = {}) =>
  record('policy_talk', { understood, handbook: true }, more);
export const pressure = (personId: string, sbp: number, dbp: number, more: Sent = {}) =>
  record('htn', { sbp, dbp }, { personId, ...more });

/** A stop at a household of a village, as parsed at the door of the API. */
export function stop(
  village: Pick<SmallVillage, 'code'>,
  arrivedAt: Instant,
  records: readonly Sent[],
  more: Sent = {},
): NewVisit {
  return NewVisit.parse({ id: randomUUID(), areaCode: village.code, arrivedAt, records, ...more });
}

/** Sends it as the app, twenty minutes later. */
export function send(
  db: Db,
  accountId: string,
  visit: NewVisit,
  heardAt: Instant = plusMinutes(visit.arrivedAt, 20),
): Promise<VisitReceipt> {
  const actor = someone(accountId);
  return db.tx(actor, heardAt, (tx) => recordVisit(tx, actor, visit, heardAt));
}

export interface TaskSeen {
  readonly id: string;
  readonly sourceKey: string;
  readonly kind: string;
  readonly side: string;
  readonly dueOn: CivilDate;
  readonly opensOn: CivilDate;
  readonly cycle: number;
  readonly closeReason: string | null;
  readonly closeDetail: string | null;
  readonly closedBy: string | null;
  readonly closedOn: CivilDate | null;
  readonly campaignId: string | null;
  readonly inGoal: boolean;
  readonly boundedUntil: CivilDate | null;
}

export function ask<T>(db: Db, county: SmallCounty, statement: ReturnType<typeof sql<T>>): Promise<T[]> {
  return db.tx(county.actor, '2018-01-30T00:00:00.000Z', (tx) => rows(tx, statement));
}

/** Every task of a household, by due date. */
export function tasksOf(db: Db, county: SmallCounty, householdId: string): Promise<TaskSeen[]> {
  return ask(
    db,
    county,
    sql<TaskSeen>`select id, source_key as "sourceKey", kind, side, due_on as "dueOn", opens_on as "opensOn", cycle, close_reason as "closeReason",
      close_detail as "closeDetail", closed_by as "closedBy", closed_on as "closedOn", campaign_id as "campaignId", in_goal as "inGoal",
      bounded_until as "boundedUntil"
      from task where household_id = ${householdId} order by due_on, created_at, side, id`,
  );
}

/** How many rows each table has: nothing written is nothing more. */
export async function countRows(db: Db, county: SmallCounty): Promise<Record<string, number>> {
  const [counts] = await ask(
    db,
    county,
    sql<
      Record<string, number>
    >`select (select count(*) from visit) as visits, (select count(*) from record) as records, (select count(*) from judgement) as judgements,
      (select count(*) from task) as tasks, (select count(*) from task_move) as moves, (select count(*) from referral) as referrals,
      (select count(*) from audit_entry) as audits, (select count(*) from wake) as wakes, (select count(*) from contract) as contracts`,
  );
  return counts ?? {};
}

/** A county of its own for every test: what one visit leaves behind decides the next. */
export function countyEachTest(): { db: () => Db; county: () => SmallCounty } {
  let opened: { readonly db: Db; readonly county: SmallCounty; readonly drop: () => Promise<void> } | null = null;
  beforeEach(async () => {
    const { url, drop } = await freshDatabase();
    const db = openDb({ url, appConnections: 4, systemConnections: 2 });
    opened = { db, county: await smallCounty(db), drop };
  });
  afterEach(async () => {
    await opened?.db.close();
    await opened?.drop();
  });
  const given = () => {
    if (!opened) throw new Error('the county is built before each test');
    return opened;
  };
  return { db: () => given().db, county: () => given().county };
}

/** The people of the fixture's doors, by what tests need of them. */
export function doorsOf(village: SmallVillage) {
  const [first, second, third] = village.households;
  const [old] = first?.persons ?? [];
  const [young, migrant] = second?.persons ?? [];
  const htn = (person: typeof old) => person?.enrolments.htn;
  const [oldTask, youngTask] = [htn(old), htn(young)];
  if (!first || !second || !third || !old || !young || !migrant || !oldTask || !youngTask)
    throw new Error('the fixture has other doors');
  return { first, second, third, old: { ...old, htn: oldTask }, young: { ...young, htn: youngTask }, migrant };
}
