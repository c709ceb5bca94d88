import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeCalendar } from '../../src/places/rules.ts';
import { systemActor } from '../../src/platform/actor.ts';
import { type CivilDate, plusDays } from '../../src/platform/civil.ts';
import { openDb, rows, sql } from '../../src/platform/db.ts';
import { lateDays } from '../../src/tasks/rules/status.ts';
import { freshDatabase } from '../setup/database.ts';

const FIRST: CivilDate = '2018-01-01';
const DAYS = 60;
const day = fc.integer({ min: 0, max: DAYS - 1 }).map((n) => plusDays(FIRST, n));
const hold = fc
  .record({ fromOn: day, length: fc.integer({ min: 0, max: 12 }) })
  .map(({ fromOn, length }) => ({ fromOn, toOn: plusDays(fromOn, length) }));
/** A task's due date as it was moved, the day it is looked at, and holds that overlap or were granted afterwards. */
const question = fc.record({
  from: day,
  to: day,
  bounded: fc.boolean(),
  holds: fc.array(hold, { maxLength: 4 }),
  another: hold,
});
const county = fc.record({
  worked: fc.array(fc.boolean(), { minLength: DAYS, maxLength: DAYS }),
  questions: fc.array(question, { minLength: 40, maxLength: 40 }),
});

it('late_days in SQL equals counting day by day, and the rule; another hold never makes a task later', async () => {
  const fresh = await freshDatabase();
  const db = openDb({ url: fresh.url });
  const counties = fc.sample(county, { numRuns: 50, seed: 20180130 });
  await db.tx(systemActor('450803'), '2018-01-01T00:00:00.000Z', async (tx) => {
    for (const [n, { worked, questions }] of counties.entries()) {
      const code = String(100_000 + n);
      const days = worked.map((workday, k) => ({ day: plusDays(FIRST, k), workday }));
      await sql`insert into calendar_day (county_code, day, workday, workday_no)
        select ${code}, d.day, d.workday, count(*) filter (where d.workday) over (order by d.day)
        from jsonb_to_recordset(${JSON.stringify(days)}::jsonb) as d(day date, workday boolean)`.execute(tx);
      const found = await rows(
        tx,
        sql<{ late: number; withAnother: number }>`
          select late_days(${code}, q."from", q."to", q.bounded, coalesce(range_agg(daterange(h."fromOn", h."toOn", '[]')) filter (where h."fromOn" is not null), '{}')) as late,
            late_days(${code}, q."from", q."to", q.bounded, coalesce(range_agg(daterange(h."fromOn", h."toOn", '[]')) filter (where h."fromOn" is not null), '{}')
              + datemultirange(daterange((q.another->>'fromOn')::date, (q.another->>'toOn')::date, '[]'))) as "withAnother"
          from jsonb_to_recordset(${JSON.stringify(questions.map((q, place) => ({ ...q, place })))}::jsonb)
            as q(place integer, "from" date, "to" date, bounded boolean, holds jsonb, another jsonb)
          left join lateral jsonb_to_recordset(q.holds) as h("fromOn" date, "toOn" date) on true
          group by q.place, q."from", q."to", q.bounded, q.another order by q.place`,
      );
      const calendar = makeCalendar(days);
      for (const [k, q] of questions.entries()) {
        let oracle = 0;
        for (let d = plusDays(q.from, 1); d <= q.to; d = plusDays(d, 1)) {
          const held = q.holds.some(({ fromOn, toOn }) => fromOn <= d && d <= toOn);
          const counts = q.bounded || days.some((entry) => entry.day === d && entry.workday);
          if (counts && !held) oracle++;
        }
        const task = {
          opensOn: FIRST,
          dueOn: q.from,
          grace: 0,
          graceUntil: null,
          boundedUntil: q.bounded ? plusDays(FIRST, DAYS) : null,
          closeReason: null,
          closedOn: null,
          holds: q.holds,
          away: [],
          pending: [],
        } as const;
        const sqlSays = found[k]?.late;
        expect({ q, late: sqlSays }).toEqual({ q, late: oracle });
        expect({ q, late: lateDays(task, q.to, calendar) }).toEqual({ q, late: oracle });
        expect(found[k]?.withAnother).toBeLessThanOrEqual(sqlSays ?? 0);
      }
    }
  });
  await db.close();
  await fresh.drop();
});
