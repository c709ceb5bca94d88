// examples/winter-drive/events/pleas.ts: what teams say when they cannot: calls for help, promises of a day, and a phone that falls silent.
import type { Calendar } from '../../../src/places/rules.ts';
import { at, type CivilDate, plusDays, plusMinutes } from '../../../src/platform/civil.ts';
import { rows, sql, type Tx } from '../../../src/platform/db.ts';
import { answerHelp, askHelp } from '../../../src/tasks/acts/help.ts';
import { acknowledge } from '../../../src/tasks/acts.ts';
import { recordVisit } from '../../../src/visits/acts.ts';
import type { Cast } from '../cast.ts';
import { chance, pick, storyId } from '../chance.ts';
import { COUNTY } from '../county.ts';
import { LAUNCH, STORY_DAY, type Stop, WINDOW_TO } from '../field-work.ts';
import { paceOf, UNHEARD } from '../pace.ts';
import { supervisorOf } from '../staff.ts';
import { phoneOf } from '../stops.ts';
import type { Happening } from '../timeline.ts';
import { deed } from './deed.ts';

const WORDS = [
  '血压计坏了一台,请镇里支援',
  '两名队员感冒,本周人手不够',
  '有一户拒绝三次,请驻村干部一起去',
  '手机没有信号,记录传不上去',
  '路面结冰,西头六户进不去',
] as const;

/** Every other working day somebody asks; two in three are answered, within a day. */
export function helpCalls(cast: Cast, calendar: Calendar): Happening[] {
  return calendar.workdays(LAUNCH, WINDOW_TO).flatMap((day, n) => {
    const village = pick(cast.villages, 'help', day);
    if (n % 2 === 0) return [];
    const asker = cast.holder({ village, side: chance('help side', day) < 0.6 ? 'medical' : 'cadre', seat: 0 }, day);
    const answerer = cast.account(supervisorOf(village.slice(0, 9)));
    const asked = plusMinutes(at(day, '09:10'), Math.floor(420 * chance('help at', day)));
    const answered = plusMinutes(asked, 30 + Math.floor(1_200 * chance('help answered', day)));
    const call: Happening = {
      at: asked,
      lane: null,
      actor: asker,
      async do(tx, asOf) {
        const urgent = chance('help urgent', day) < 0.2;
        const text = pick(WORDS, 'help', day, village);
        const id = await askHelp(tx, asker, { areaCode: village, text, urgent }, asOf);
        if (chance('help heard', day) >= 0.67) return [];
        return [
          deed(answered, answerer, (inner, now) => answerHelp(inner, answerer, id, { text: '已安排,明天有人到' }, now)),
        ];
      },
    };
    return [call];
  });
}

/** A lead promises a day for a task that is late: slow pairs three mornings a week. Some keep it. */
export function promises(cast: Cast, calendar: Calendar): Happening[] {
  const days = calendar.workdays(plusDays(LAUNCH, 6), WINDOW_TO);
  return cast.villages
    .filter((village) => paceOf(village) === 'slow')
    .flatMap((village) =>
      days
        .filter((day) => chance('promise', village, day) < 0.22)
        .map((day) => {
          const side = chance('promises', village, day) < 0.7 ? 'medical' : 'cadre';
          const lead = cast.holder({ village, side, seat: 0 }, day);
          const promisedOn = calendar.plusWorkdays(day, 1 + Math.floor(4 * chance('promised', village, day)));
          const moment = plusMinutes(at(day, '08:25'), Math.floor(200 * chance('promised at', village, day)));
          return deed(moment, lead, async (tx, asOf) => {
            const taskId = await lateOf(tx, village, side, day);
            if (taskId !== null) await acknowledge(tx, lead, taskId, promisedOn, asOf);
          });
        }),
    );
}

/** The longest late task of a side that nobody has promised yet. */
async function lateOf(tx: Tx, village: string, side: string, day: CivilDate): Promise<string | null> {
  const [late] = await rows(
    tx,
    sql<{ id: string }>`select t.id from task t
      left join household h on h.county_code = t.county_code and h.id = t.household_id
      left join person p on p.county_code = t.county_code and p.id = t.person_id
      where t.county_code = ${COUNTY} and t.area_code = ${village} and t.closed_at is null
        and t.side in (${side}, 'either') and coalesce(t.grace_until, t.due_on) < ${day}
        and not exists (select from acknowledgement a where a.county_code = t.county_code and a.task_id = t.id)
      order by coalesce(t.grace_until, t.due_on), h.register_no, t.kind, t.side, p.born_on, p.name, t.id limit 1`,
  );
  return late?.id ?? null;
}

/** A doctor's phone says on the second day that it holds a record back, and is not heard of again before February. */
export function unheard(cast: Cast, stops: readonly Stop[]): Happening[] {
  return UNHEARD.filter((village) => cast.villages.includes(village)).map((village) => {
    const day = plusDays(LAUNCH, 1);
    const doctor = cast.lead(village, 'medical');
    const door = stops.find((stop) => stop.villageCode === village && stop.on > STORY_DAY);
    if (!door) throw new RangeError(`nobody ever goes out in ${village}`);
    const visit = {
      id: storyId('unheard', village),
      areaCode: village,
      householdId: cast.household(door.registerNo),
      arrivedAt: at(day, '09:20'),
      leftAt: at(day, '09:24'),
      present: [],
      deviceId: phoneOf(doctor.accountId),
      oldestUnsentAt: at(day, '08:50'),
      records: [
        { id: storyId('unheard record', village), kind: 'not_met' as const, body: { reason: 'no_answer' as const } },
      ],
    };
    return deed(at(day, '09:31'), doctor, (tx, asOf) => recordVisit(tx, doctor, visit, asOf));
  });
}
