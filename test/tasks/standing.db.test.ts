import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { at, type CivilDate, plusDays } from '../../src/platform/civil.ts';
import { type Db, openDb, rows, sql, type Tx } from '../../src/platform/db.ts';
import type { Days } from '../../src/tasks/rules/days.ts';
import { type DoneFacts, ENTRY_DAYS } from '../../src/tasks/rules/done.ts';
import { type TaskDates, taskStatus } from '../../src/tasks/rules/status.ts';
import { awayClauses, stopJoins, taskState } from '../../src/tasks/standing.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { freshDatabase } from '../setup/database.ts';
import { calendar } from './rules/story.ts';

const FIRST: CivilDate = '2018-01-15';
const SPAN = 60; // days over which everything is drawn: the holiday and both worked weekends lie in it
const HOUSEHOLDS = 800;
const ASKED: readonly CivilDate[] = [
  '2018-01-20',
  '2018-02-05',
  '2018-02-14',
  '2018-02-17',
  '2018-02-24',
  '2018-03-20',
];
const COUNTED_FROM: CivilDate = '2018-01-22';

const day = fc.integer({ min: 0, max: SPAN - 1 }).map((n) => plusDays(FIRST, n));
const days = fc
  .tuple(day, fc.integer({ min: 0, max: 14 }))
  .map(([fromOn, length]) => ({ fromOn, toOn: plusDays(fromOn, length) }));
/** Of nobody (the whole household), or of the n-th of its people. */
const whose = fc.option(fc.nat(2));
const stay = fc.record({
  whose,
  place: fc.constantFrom('away' as const, 'away' as const, 'home' as const),
  days,
  open: fc.boolean(),
  recorded: fc.nat(3), // of the same hour too
});
const household = fc.record({
  ages: fc.array(fc.constantFrom(6, 17, 40, 71), { minLength: 1, maxLength: 3 }),
  stays: fc.array(stay, { maxLength: 4 }),
  asked: fc.array(
    fc.record({ whose, days, decided: fc.option(fc.constantFrom('approved' as const, 'rejected' as const)) }),
    { maxLength: 1 },
  ),
  holds: fc.array(
    fc.record({ of: fc.constantFrom('task', 'household'), days, granted: fc.boolean(), lifted: fc.option(fc.nat(9)) }),
    { maxLength: 2 },
  ),
  task: fc.record({
    whose,
    opensOn: day,
    due: fc.nat(20),
    grace: fc.nat(2),
    graceDays: fc.option(fc.nat(14)),
    bounded: fc.boolean(),
    closed: fc.option(
      fc.record({
        reason: fc.constantFrom('done' as const, 'done' as const, 'excused' as const, 'not_done' as const),
        on: day,
        after: fc.nat(9),
        recordedBefore: fc.option(fc.nat(3)),
      }),
    ),
  }),
});
type Drawn = Parameters<Parameters<typeof household.map>[0]>[0];

const OUTAGES = [
  { fromOn: '2018-02-03', toOn: '2018-02-06' },
  { fromOn: '2018-02-06', toOn: '2018-02-08' },
] as const;

let db: Db;
let drop: () => Promise<void>;
let county: SmallCounty;
beforeAll(async () => {
  const fresh = await freshDatabase();
  drop = fresh.drop;
  db = openDb({ url: fresh.url });
  county = await smallCounty(db);
});
afterAll(async () => {
  await db.close();
  await drop();
});

const drawn = fc.sample(household, { numRuns: HOUSEHOLDS, seed: 20180130 });
const id = (kind: string, n: number, m = 0): string =>
  `0000000${m}-0000-4000-8000-${kind}${String(n).padStart(11, '0')}`;

async function insert(
  tx: Tx,
  table: 'household' | 'person' | 'presence' | 'change_request' | 'hold' | 'task' | 'outage',
  all: object[],
) {
  await sql`insert into ${sql.table(table)} select * from jsonb_populate_recordset(null::${sql.table(table)}, ${JSON.stringify(
    all.map((row) => ({ county_code: county.countyCode, ...row })),
  )}::jsonb)`.execute(tx);
}

const hour = (n: number) => at('2018-01-15', `0${n}:00` as `${number}:${number}`);

async function store(tx: Tx): Promise<void> {
  const village = county.villages[0].code;
  const each = <T>(make: (one: Drawn, n: number) => T[]): T[] => drawn.flatMap((one, n) => make(one, n));
  await insert(
    tx,
    'household',
    each((_, n) => [{ id: id('a', n), village_code: village, register_no: `r${n}`, group_no: 1, name: 'x' }]),
  );
  await insert(
    tx,
    'person',
    each(({ ages }, n) =>
      ages.map((age, m) => ({
        id: id('b', n, m),
        household_id: id('a', n),
        village_code: village,
        name: 'x',
        sex: 'f',
        born_on: `${2017 - age}-06-01`,
      })),
    ),
  );
  await insert(
    tx,
    'presence',
    each(({ stays, ages }, n) =>
      stays.map((s, k) => ({
        id: id('c', n, k),
        village_code: village,
        ...(s.whose === null || s.whose >= ages.length
          ? { household_id: id('a', n) }
          : { person_id: id('b', n, s.whose) }),
        place: s.place,
        from_on: s.days.fromOn,
        to_on: s.open ? null : s.days.toOn,
        recorded_at: hour(s.recorded),
      })),
    ),
  );
  await insert(
    tx,
    'change_request',
    each(({ asked, ages }, n) =>
      asked.map((c, k) => ({
        id: id('d', n, k),
        village_code: village,
        household_id: id('a', n),
        person_id: c.whose === null || c.whose >= ages.length ? null : id('b', n, c.whose),
        whole_household: c.whose === null || c.whose >= ages.length,
        kind: 'moved_out',
        occurred_on: '2018-01-01',
        record_id: id('e', n, k),
        requested_at: at(c.days.fromOn, '23:30'),
        requested_by: county.villages[0].doctor,
        decided_at: c.decided && at(c.days.toOn, '08:00'),
        decision: c.decided,
      })),
    ),
  );
  const task = ({ task: t, ages }: Drawn, n: number) => {
    const dueOn = plusDays(t.opensOn, t.due);
    return {
      id: id('f', n),
      source_key: `s${n}`,
      in_goal: true,
      kind: 'policy_talk',
      subject: 'household',
      subject_id: id('a', n),
      area_code: village,
      household_id: id('a', n),
      person_id: t.whose === null || t.whose >= ages.length ? null : id('b', n, t.whose),
      side: 'either',
      opens_on: t.opensOn,
      due_on: dueOn,
      grace: t.grace,
      grace_until: t.graceDays === null ? null : plusDays(dueOn, t.graceDays),
      bounded_until: t.bounded ? plusDays(dueOn, 9) : null,
      cycle: 0,
      version: 0,
      created_at: hour(0),
      ...(t.closed && {
        closed_at: at(plusDays(t.closed.on, t.closed.after), '12:00'),
        closed_on: t.closed.on,
        recorded_on:
          t.closed.recordedBefore === null
            ? null
            : plusDays(t.closed.on, Math.max(0, t.closed.after - t.closed.recordedBefore)),
        close_reason: t.closed.reason,
        close_detail: t.closed.reason === 'excused' ? 'died' : null,
        closed_by: t.closed.reason === 'done' ? id('e', n, 9) : null,
      }),
    };
  };
  await insert(
    tx,
    'task',
    each((one, n) => [task(one, n)]),
  );
  await insert(
    tx,
    'hold',
    each(({ holds }, n) =>
      holds.map((h, k) => ({
        id: id('a', n, k + 1),
        area_code: village,
        ...(h.of === 'task' ? { task_id: id('f', n) } : { household_id: id('a', n) }),
        from_on: h.days.fromOn,
        to_on: h.days.toOn,
        reason: 'snow',
        requested_by: county.planner,
        requested_at: hour(0),
        approved_at: h.granted ? hour(1) : null,
        lifted_at: h.lifted === null ? null : hour(2),
        lifted_on: h.lifted === null ? null : plusDays(h.days.fromOn, h.lifted),
      })),
    ),
  );
  await insert(
    tx,
    'outage',
    OUTAGES.map(({ fromOn, toOn }, n) => ({
      id: id('b', n, 9),
      area_code: village.slice(0, 9),
      from_on: fromOn,
      to_on: toOn,
      reason: 'x',
      declared_by: county.planner,
      declared_at: hour(0),
    })),
  );
}

/** The same, told day by day: the last word of a day about somebody counts, and an absence without a return is none. */
function naive(one: Drawn, today: CivilDate): TaskDates & DoneFacts {
  const { ages, stays, asked, holds, task } = one;
  const named = (n: number | null): number | null => (n === null || n >= ages.length ? null : n);
  const everyDay = Array.from({ length: SPAN + 60 }, (_, n) => plusDays(FIRST, n));
  const isAway = (person: number, on: CivilDate): boolean => {
    const said = stays.filter(
      (s) =>
        (named(s.whose) === null || named(s.whose) === person) && s.days.fromOn <= on && (s.open || on <= s.days.toOn),
    );
    const last = Math.max(...said.map(({ recorded }) => recorded));
    return said.some(({ recorded, place, open }) => recorded === last && place === 'away' && !open);
  };
  const people = ages.map((_, n) => n);
  const adults = people.filter((n) => `${2017 - (ages[n] ?? 0) + 18}-06-01` <= today);
  const owed = named(task.whose);
  const who = owed !== null ? [owed] : adults.length > 0 ? adults : people;
  const away = everyDay.filter((on) => who.every((n) => isAway(n, on))).map((on) => ({ fromOn: on, toOn: on }));
  const dueOn = plusDays(task.opensOn, task.due);
  const { closed } = task;
  return {
    opensOn: task.opensOn,
    dueOn,
    grace: task.grace,
    graceUntil: task.graceDays === null ? null : plusDays(dueOn, task.graceDays),
    boundedUntil: task.bounded ? plusDays(dueOn, 9) : null,
    closeReason: closed?.reason ?? null,
    closedOn: closed?.on ?? null,
    recordedOn:
      closed &&
      plusDays(
        closed.on,
        closed.recordedBefore === null ? closed.after : Math.max(0, closed.after - closed.recordedBefore),
      ),
    countedFrom: COUNTED_FROM,
    outages: OUTAGES,
    holds: holds
      .filter(({ granted }) => granted)
      .map(({ days: { fromOn, toOn }, lifted }): Days => {
        const last = lifted === null ? toOn : plusDays(fromOn, lifted - 1);
        return { fromOn, toOn: last };
      }),
    away,
    pending: asked
      .filter((c) => named(c.whose) === null || named(c.whose) === owed)
      .map(({ days: { fromOn, toOn }, decided }): Days => ({ fromOn, toOn: decided ? plusDays(toOn, -1) : null })),
  };
}

it('SQL and the rule say the same of where a task stands, over random absences, requests, holds, outages and endings', async () => {
  const seen = new Map<string, number>();
  await db.tx(county.actor, at('2018-03-20', '09:00'), async (tx) => {
    await store(tx);
    for (const today of ASKED) {
      const states = await rows(
        tx,
        sql<{ state: string }>`with ${awayClauses(county.countyCode, sql`true`, today)}
          select ${taskState(today, COUNTED_FROM)} as state from task t ${stopJoins}
          where t.source_key ~ '^s' order by substr(t.source_key, 2)::integer`,
      );
      for (const [n, one] of drawn.entries()) {
        const task = naive(one, today);
        const expected = taskStatus(task, today, calendar);
        expect({ n, today, task, one, state: states[n]?.state }).toEqual({ n, today, task, one, state: expected });
        seen.set(expected, (seen.get(expected) ?? 0) + 1);
      }
    }
  });
  expect(ENTRY_DAYS).toBe(3);
  expect([...seen.keys()].sort()).toEqual([
    'away',
    'credited',
    'done',
    'done_late',
    'due',
    'excused',
    'held',
    'late',
    'late_entry',
    'not_done',
    'overdue',
    'pending',
    'upcoming',
  ]);
  for (const count of seen.values()) expect(count).toBeGreaterThan(10);
});
