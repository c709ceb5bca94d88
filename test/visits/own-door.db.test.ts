import fc from 'fast-check';
import { expect, it } from 'vitest';
import { at, plusMinutes } from '../../src/platform/civil.ts';
import { sql } from '../../src/platform/db.ts';
import { insertTasks } from '../../src/tasks/store.ts';
import { COUNTY, type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { fileDatabase } from '../setup/county-database.ts';
import { ask, pressure, record, send, stop, talk } from './stop.ts';

let county: SmallCounty;
const db = fileDatabase(async (opened) => {
  county = await smallCounty(opened);
});

interface Owed {
  readonly id: string;
  readonly householdId: string;
  readonly side: string;
}

/** Talks, verifications and contracts of both sides at every door of the first village. */
async function owe(run: number): Promise<Owed[]> {
  const [village] = county.villages;
  const asOf = at('2018-01-09', '10:00');
  const tasks = village.households.flatMap((household) =>
    (['policy_talk', 'verification', 'contract'] as const).flatMap((kind) =>
      (['medical', 'cadre', 'either'] as const).map((side) => {
        const personId = kind === 'verification' ? household.persons[0]?.id : null;
        return {
          sourceKey: `test/${run}/${household.id}/${kind}/${side}`,
          kind,
          subject: personId ? ('person' as const) : ('household' as const),
          subjectId: personId ?? household.id,
          areaCode: village.code,
          householdId: household.id,
          personId: personId ?? null,
          side,
          opensOn: '2018-01-09' as const,
          dueOn: '2018-02-20' as const,
        };
      }),
    ),
  );
  await db().tx(county.actor, asOf, (tx) => insertTasks(tx, COUNTY, tasks, asOf));
  return open();
}
const open = () =>
  ask(
    db(),
    county,
    sql<Owed>`select id, household_id as "householdId", side from task where closed_at is null and household_id is not null`,
  );

const who = ['doctor', 'nurse', 'cadre', 'secondCadre', 'planner', 'supervisor', 'hospital'] as const;
const SIDE: Readonly<Record<string, string>> = {
  doctor: 'medical',
  nurse: 'medical',
  cadre: 'cadre',
  secondCadre: 'cadre',
};

it('whatever ids a stop names, it closes nothing but what its recorder’s side owes at its own door', async () => {
  let run = 0;
  let closedInAll = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...who),
      fc.nat(2),
      fc.boolean(),
      fc.array(fc.record({ kind: fc.nat(4), door: fc.nat(2), task: fc.option(fc.nat(200), { nil: null }) }), {
        minLength: 1,
        maxLength: 5,
      }),
      async (name, at0, named, drafts) => {
        const [village] = county.villages;
        const before = await owe(++run);
        const records = drafts.map(({ kind, door, task }) => {
          const { id, persons } = village.households[door] ?? { id: '', persons: [] };
          const named = task === null ? {} : { taskId: before[task % before.length]?.id };
          const person = { personId: persons[0]?.id };
          const lines = ['illness', 'treatment', 'reimbursement'].map((item) => ({ item, ok: true }));
          switch (kind) {
            case 0:
              return talk('said', named);
            case 1:
              return record('verification', { lines }, { ...person, ...named });
            case 2:
              return record('contract', {}, named);
            case 3:
              return pressure(String(person.personId), 128, 80, named);
            default:
              return record('not_met', { reason: 'moved_out', wholeHousehold: id !== '' }, named);
          }
        });
        const door = village.households[at0]?.id;
        const arrivedAt = plusMinutes(at('2018-01-30', '08:00'), run);
        const visit = stop(village, arrivedAt, records, named ? { householdId: door } : {});
        const accounts: Readonly<Record<string, string>> = {
          ...village,
          planner: county.planner,
          supervisor: county.supervisor,
          hospital: county.towns[0].facility[0],
        } as never;
        await send(db(), String(accounts[name]), visit);
        const still = new Set((await open()).map(({ id }) => id));
        const closed = before.filter(({ id }) => !still.has(id));
        closedInAll += closed.length;
        expect(new Set(closed.map(({ householdId }) => householdId)).size).toBeLessThanOrEqual(1);
        for (const task of closed) {
          if (named) expect(task.householdId).toBe(door);
          expect(['either', SIDE[name]]).toContain(task.side);
        }
        if (!SIDE[name]) expect(closed).toEqual([]);
      },
    ),
    { numRuns: 40, seed: 20180130 },
  );
  expect(closedInAll).toBeGreaterThan(20);
});
