// examples/winter-drive/events/checks.ts: the county looks in on teams, and a round of blind re-visits is announced, drawn by the product, answered and decided.
import type { Calendar } from '../../../src/places/rules.ts';
import { at, type CivilDate, plusMinutes } from '../../../src/platform/civil.ts';
import { rows, sql } from '../../../src/platform/db.ts';
import { recordChecklist, recordRevisit } from '../../../src/supervision/acts/checks.ts';
import { announceRound, decideRound } from '../../../src/supervision/acts/rounds.ts';
import type { NewRound } from '../../../src/supervision/schema.ts';
import type { Cast } from '../cast.ts';
import { chance } from '../chance.ts';
import { COUNTY } from '../county.ts';
import { LAUNCH, WINDOW_TO } from '../field-work.ts';
import type { Office } from '../minders.ts';
import { SNOW } from '../pace.ts';
import { supervisorOf } from '../staff.ts';
import type { Happening } from '../timeline.ts';
import { deed } from './deed.ts';

const ITEMS = ['ledger_kept', 'handbook_delivered', 'instruments_work', 'roster_posted'] as const;
const UNMET: Readonly<Record<(typeof ITEMS)[number], string>> = {
  ledger_kept: '台账缺少两户的签字',
  handbook_delivered: '政策手册还有一箱没有发',
  instruments_work: '血压计袖带漏气',
  roster_posted: '值班表没有张贴',
};

/** The county's supervisor looks in on a team every third working day. */
export function checklists(cast: Cast, calendar: Calendar): Happening[] {
  const supervisor = cast.account('supervisor');
  const villageTeams = cast.teams.filter((team) => team.side !== 'facility');
  return calendar.workdays(LAUNCH, WINDOW_TO).flatMap((day, n) => {
    const team = villageTeams[Math.floor(chance('checked', day) * villageTeams.length)];
    if (n % 3 !== 2 || !team) return [];
    const items = ITEMS.map((code) =>
      chance('item', day, code) < 0.8 ? { code, met: true } : { code, met: false, text: UNMET[code] },
    );
    return deed(at(day, '15:30'), supervisor, (tx, asOf) =>
      recordChecklist(tx, supervisor, { teamId: team.id, occurredAt: at(day, '14:30'), items }, asOf),
    );
  });
}

const ROUND = `${COUNTY}/example/2018-01`; // its id and its seed are made from this key and the county's own
const DRAWN_FROM: NewRound = {
  areaCode: COUNTY,
  rule: {
    kinds: ['policy_talk', 'verification'],
    lot: 'town',
    perLot: 8,
    tolerable: 0.05,
    intolerable: 0.3,
    withinWorkdays: 8,
  },
  periodFrom: LAUNCH,
  periodTo: '2018-01-19',
};
const AGAIN: readonly CivilDate[] = [
  '2018-01-22',
  '2018-01-23',
  '2018-01-24',
  '2018-01-25',
  '2018-01-26',
  '2018-01-29',
];
const LAST_AGAIN: CivilDate = '2018-01-29'; // the snow is gone: whatever is left

/** Announced on the second day, drawn on the morning after its period, each town's doors seen again within six working days. */
export function round(office: Office, cast: Cast): Happening[] {
  const announcer = cast.account('supervisor');
  const decider = cast.account('supervisor2');
  let id = '';
  const announced = deed(at('2018-01-10', '10:00'), announcer, async (tx, asOf) => {
    const plan = { plannedBy: announcer.accountId, key: ROUND };
    id = (await announceRound(tx, announcer, office.keys, DRAWN_FROM, plan, asOf)) ?? '';
  });
  const decided = deed(at(LAST_AGAIN, '17:20'), decider, (tx, asOf) =>
    decideRound(tx, decider, id, '查否未超过接收数的镇通过;查否的户由村组限期重做', asOf),
  );
  const again = AGAIN.flatMap((day) => cast.towns.flatMap(({ code }) => seenAgain(cast, code, day, () => id)));
  return [announced, ...again, decided];
}

/** Two doors a day in each town, by its supervisor; where the post is empty, by the county's. */
function seenAgain(cast: Cast, town: string, day: CivilDate, roundId: () => string): Happening[] {
  const checker = cast.account(supervisorOf(town));
  const first = plusMinutes(at(day, '13:50'), Math.floor(40 * chance('again', town, day)));
  return [0, 1, 2, 3, 4, 5, 6, 7].slice(0, day === LAST_AGAIN ? 8 : 2).map((turn) => {
    const moment = plusMinutes(first, 24 * turn + Math.floor(9 * chance('again', town, day, turn)));
    return deed(moment, checker, async (tx, asOf) => {
      const left = await rows(
        tx,
        sql<{
          taskId: string;
          no: string;
          village: string;
        }>`select k.id as "taskId", h.register_no as no, h.village_code as village
          from sample s join task k on k.county_code = s.county_code and k.id = s.task_id and k.closed_at is null
          join record r on r.county_code = s.county_code and r.id = s.record_id
          join household h on h.county_code = r.county_code and h.id = r.household_id
          where s.county_code = ${COUNTY} and s.round_id = ${roundId()} and k.area_code = ${town} order by h.register_no, k.id`,
      );
      const snowed = (village: string) => (SNOW.villages as readonly string[]).includes(village) && day <= SNOW.to;
      const door = left.find(({ village }) => !snowed(village));
      if (!door) return;
      const refuted = chance('refuted', door.no) < 0.04;
      await recordRevisit(
        tx,
        checker,
        {
          taskId: door.taskId,
          occurredAt: plusMinutes(asOf, -6),
          verdict: refuted ? 'refuted' : 'confirmed',
          ...(refuted ? { note: '家里人说没有人来讲过政策' } : {}),
        },
        asOf,
      );
    });
  });
}
