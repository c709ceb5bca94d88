// examples/winter-drive/events.ts: what happens beside the doors: late training, broadcasts, snow, clinics, checks.
import type { Calendar } from '../../src/places/rules.ts';
import type { AccountActor } from '../../src/platform/actor.ts';
import { at, type CivilDate, type Instant, plusMinutes } from '../../src/platform/civil.ts';
import { rows, sql, type Tx } from '../../src/platform/db.ts';
import { recordChecklist, recordRevisit } from '../../src/supervision/acts/checks.ts';
import { approveHold, requestHold } from '../../src/tasks/acts.ts';
import { recordVisit } from '../../src/visits/acts.ts';
import type { Cast } from './cast.ts';
import { chance, storyId } from './chance.ts';
import { holdClinic } from './clinic-day.ts';
import { COUNTY } from './county.ts';
import { LAUNCH, paceOf, SNOW, WINDOW_TO } from './field-work.ts';
import type { Office } from './minders.ts';
import { clinicDays, recordTraining } from './plan.ts';

/** Something done at an instant of the story. */
export interface StoryEvent {
  readonly at: Instant;
  do(): Promise<void>;
}

/** The dates of the broadcast duty in campaign.yaml. */
export const BROADCASTS: readonly CivilDate[] = ['2018-01-19', '2018-02-02', '2018-02-14'];
const LATE_TRAINING: Instant = at('2018-01-17', '15:00');

/** Every event of the drive, in the order it happens. */
export function eventsOf(office: Office, cast: Cast, calendar: Calendar): readonly StoryEvent[] {
  const training = { at: LATE_TRAINING, do: () => recordTraining(office, cast, () => true, LATE_TRAINING) };
  const held = clinicDays(cast, calendar).map(({ town, heldOn }) => ({
    at: at(heldOn, '16:10'),
    do: () => holdClinic(office, cast, town, heldOn),
  }));
  return [
    training,
    ...broadcasts(office, cast, calendar),
    ...snow(office, cast),
    ...held,
    ...checklists(office, cast, calendar),
    ...revisits(office, cast, calendar),
  ].toSorted((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

function event(
  office: Office,
  moment: Instant,
  actor: AccountActor,
  deed: (tx: Tx, asOf: Instant) => Promise<unknown>,
): StoryEvent {
  return {
    at: moment,
    async do() {
      await office.db.tx(actor, moment, (tx) => deed(tx, moment));
    },
  };
}

/** When a village's cadres broadcast for a date: that day, some days late, or never. */
export function broadcastOn(village: string, date: CivilDate, calendar: Calendar): CivilDate | null {
  if (paceOf(village) === 'idle' && date < '2018-02-01') return null;
  const drawn = chance('broadcast', village, date);
  return drawn > 0.96 ? null : drawn > 0.86 ? calendar.plusWorkdays(date, 1 + Math.floor((drawn - 0.86) * 30)) : date;
}

function broadcasts(office: Office, cast: Cast, calendar: Calendar): StoryEvent[] {
  return cast.villages.flatMap((village) =>
    BROADCASTS.flatMap((date) => {
      const on = broadcastOn(village, date, calendar);
      if (on === null) return [];
      const cadre = cast.lead(village, 'cadre');
      const arrivedAt = at(on, '18:30');
      const record = {
        id: storyId('broadcast record', village, date),
        kind: 'broadcast',
        body: { place: '村委会广播室', on, proof: 'recording' },
      } as const;
      const visit = {
        id: storyId('broadcast', village, date),
        areaCode: village,
        arrivedAt,
        present: [],
        records: [record],
      };
      return event(office, plusMinutes(arrivedAt, 20), cadre, (tx, asOf) => recordVisit(tx, cadre, visit, asOf));
    }),
  );
}

const SNOWED_IN = '大雪封路';

/** Snow closes the roads: each village's cadre asks for the hold, the county's supervisor grants it. */
function snow(office: Office, cast: Cast): StoryEvent[] {
  const asked = SNOW.villages
    .filter((village) => cast.villages.includes(village))
    .map((villageCode) => {
      const cadre = cast.lead(villageCode, 'cadre');
      const body = { villageCode, fromOn: SNOW.from, toOn: SNOW.to, reason: SNOWED_IN };
      return event(office, at(SNOW.from, '06:40'), cadre, (tx, asOf) => requestHold(tx, cadre, body, asOf));
    });
  const supervisor = cast.account('supervisor');
  const granted = event(office, at(SNOW.from, '07:00'), supervisor, async (tx, asOf) => {
    const waiting = await rows(
      tx,
      sql<{
        id: string;
      }>`select id from hold where county_code = ${COUNTY} and approved_at is null and reason = ${SNOWED_IN} order by village_code`,
    );
    for (const { id } of waiting) await approveHold(tx, supervisor, id, asOf);
  });
  return [...asked, granted];
}

const ITEMS = ['ledger_kept', 'handbook_delivered', 'instruments_work', 'roster_posted'] as const;
const UNMET: Readonly<Record<(typeof ITEMS)[number], string>> = {
  ledger_kept: '台账缺少两户的签字',
  handbook_delivered: '政策手册还有一箱没有发',
  instruments_work: '血压计袖带漏气',
  roster_posted: '值班表没有张贴',
};

/** The county's supervisor looks in on a team every third working day. */
function checklists(office: Office, cast: Cast, calendar: Calendar): StoryEvent[] {
  const supervisor = cast.account('supervisor');
  const villageTeams = cast.teams.filter((team) => team.side !== 'facility');
  return calendar.workdays(LAUNCH, WINDOW_TO).flatMap((day, n) => {
    const team = villageTeams[Math.floor(chance('checked', day) * villageTeams.length)];
    if (n % 3 !== 2 || !team) return [];
    const items = ITEMS.map((code) =>
      chance('item', day, code) < 0.8 ? { code, met: true } : { code, met: false, text: UNMET[code] },
    );
    return event(office, at(day, '15:30'), supervisor, (tx, asOf) =>
      recordChecklist(tx, supervisor, { teamId: team.id, occurredAt: at(day, '14:30'), items }, asOf),
    );
  });
}

/** And goes to two doors where a talk was recorded the working day before: one in twenty knows nothing of it. */
function revisits(office: Office, cast: Cast, calendar: Calendar): StoryEvent[] {
  const supervisor = cast.account('supervisor');
  const days = calendar.workdays(LAUNCH, WINDOW_TO);
  return days.slice(3).map((day, n) =>
    event(office, at(day, '16:30'), supervisor, async (tx, asOf) => {
      const from = at(days[n + 2] as CivilDate, '00:00');
      const talks = await rows(
        tx,
        sql<{
          id: string;
          no: string;
        }>`select r.id, h.register_no as no from record r join household h on h.county_code = r.county_code and h.id = r.household_id
          where r.county_code = ${COUNTY} and r.kind = 'policy_talk' and r.filing = 'accepted' and r.occurred_at >= ${from} and r.occurred_at < ${at(day, '00:00')} order by h.register_no, r.id`,
      );
      for (const turn of [1, 2]) {
        const talk = talks[Math.floor(chance('revisit', day, turn) * talks.length)];
        if (!talk) continue;
        const refuted = chance('refuted', talk.no) < 0.05;
        await recordRevisit(
          tx,
          supervisor,
          {
            recordId: talk.id,
            occurredAt: asOf,
            verdict: refuted ? 'refuted' : 'confirmed',
            ...(refuted ? { note: '家里人说没有人来过' } : {}),
          },
          asOf,
        );
      }
    }),
  );
}
