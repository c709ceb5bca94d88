// examples/winter-drive/play.ts: one day of the story: every door, every event, every urgent reading taken in hand, in the order of the clock.
import type { Calendar } from '../../src/places/rules.ts';
import { loadCalendar } from '../../src/places/store.ts';
import { systemActor } from '../../src/platform/actor.ts';
import { at, type CivilDate, type Instant, plusDays, plusMinutes } from '../../src/platform/civil.ts';
import { arrive, outcome, own } from '../../src/referrals/acts.ts';
import { confirmVisit } from '../../src/visits/acts/confirm.ts';
import { recordVisit } from '../../src/visits/acts.ts';
import type { VisitReceipt } from '../../src/visits/schema.ts';
import { type Cast, castOf } from './cast.ts';
import { chance } from './chance.ts';
import { COUNTY, exampleCounty } from './county.ts';
import { doorsOf } from './doors.ts';
import { eventsOf, type StoryEvent } from './events.ts';
import { fieldWork, firstSeen, type HouseholdFacts, type Stop } from './field-work.ts';
import type { Office } from './minders.ts';
import { OPENED } from './open.ts';
import { inParallel } from './parallel.ts';
import { heardAt, visitOf } from './stops.ts';

export interface Schedule {
  readonly calendar: Calendar;
  readonly households: readonly HouseholdFacts[];
  readonly stops: readonly Stop[];
}

/** The field work of the county, or of its first `towns`: the same for them as in the whole. */
export async function scheduleOf(office: Office, options: { readonly towns?: number } = {}): Promise<Schedule> {
  const calendar = await office.db.tx(systemActor(COUNTY), OPENED, (tx) => loadCalendar(tx, COUNTY));
  const seen = firstSeen(doorsOf(exampleCounty()), calendar);
  const households = doorsOf(exampleCounty(options));
  return { calendar, households, stops: fieldWork(households, seen, calendar) };
}

export interface Story {
  readonly cast: Cast;
  readonly schedule: Schedule;
  /**
   * Plays what the county hears on a day. `minded` is called before whatever depends on what the workflows have done by then.
   * @returns the receipts that were not accepted: the story expects none.
   */
  playDay(day: CivilDate, minded: (from: Instant, until: Instant) => Promise<void>): Promise<readonly VisitReceipt[]>;
}

const AT_ONCE = 6; // pairs that send at the same time

export async function openStory(office: Office, schedule: Schedule): Promise<Story> {
  const cast = await castOf(office.db, office.keys, COUNTY, OPENED);
  const stops = Map.groupBy(schedule.stops, (stop) => stop.recordedOn);
  const events = Map.groupBy(eventsOf(office, cast, schedule.calendar), (event) => dayOf(event));

  const send = async (stop: Stop, odd: VisitReceipt[]): Promise<VisitReceipt> => {
    const doctor = cast.lead(stop.villageCode, 'medical');
    const receipt = await office.db.tx(doctor, heardAt(stop), (tx) =>
      recordVisit(tx, doctor, visitOf(stop, cast), heardAt(stop)),
    );
    if (receipt.filing !== 'accepted') odd.push(receipt);
    else if (!stop.alone && (stop.contract || stop.verified.length > 0)) {
      const partner = cast.lead(stop.villageCode, 'cadre');
      const heard = plusMinutes(heardAt(stop), 4);
      await office.db.tx(systemActor(COUNTY), heard, (tx) => confirmVisit(tx, partner, receipt.id, heard));
    }
    return receipt;
  };

  return {
    cast,
    schedule,
    async playDay(day, minded) {
      const odd: VisitReceipt[] = [];
      const all = (stops.get(day) ?? []).toSorted((a, b) => (heardAt(a) < heardAt(b) ? -1 : 1));
      const [early, late] = split(events.get(day) ?? [], at(day, '08:45'));
      for (const event of early) await event.do();
      await minded(at(day, '00:00'), at(day, '08:45'));
      const urgent = all.filter((stop) => stop.readings.some((reading) => reading.class === 'URGENT'));
      const villages = [
        ...Map.groupBy(
          all.filter((stop) => !urgent.includes(stop)),
          (stop) => stop.villageCode,
        ).values(),
      ];
      await inParallel(villages, AT_ONCE, async (ofVillage) => {
        for (const stop of ofVillage) await send(stop, odd);
      });
      for (const stop of urgent) await takeInHand(office, cast, await send(stop, odd), heardAt(stop), minded);
      for (const event of late) {
        await minded(at(day, '08:45'), event.at);
        await event.do();
      }
      await minded(at(day, '20:00'), at(plusDays(day, 1), '00:00'));
      return odd;
    },
  };
}

const dayOf = (event: StoryEvent): CivilDate =>
  new Date(Date.parse(event.at) + 8 * 3_600_000).toISOString().slice(0, 10) as CivilDate;

function split(events: readonly StoryEvent[], moment: Instant): [StoryEvent[], StoryEvent[]] {
  return [events.filter((event) => event.at < moment), events.filter((event) => event.at >= moment)];
}

/** The town's roster takes an urgent patient in hand within minutes; three in four arrive within hours, the others are asked after. */
async function takeInHand(
  office: Office,
  cast: Cast,
  receipt: VisitReceipt,
  heard: Instant,
  minded: (from: Instant, until: Instant) => Promise<void>,
): Promise<void> {
  await minded(heard, plusMinutes(heard, 1));
  for (const record of receipt.records) {
    const id = record.judgement?.referralId;
    if (!id || record.judgement?.referral !== 'urgent') continue;
    const supervisor = cast.account('supervisor');
    const say = (moment: Instant, deed: typeof own, note: string | null = null): Promise<unknown> =>
      office.db.tx(supervisor, moment, (tx) => deed(tx, supervisor, id, { occurredAt: moment, note }, moment));
    await say(plusMinutes(heard, 6), own);
    if (chance('arrives', record.id) < 0.25) continue; // nobody says that she arrived: the town and the county are told
    await say(plusMinutes(heard, 150), arrive);
    await say(plusMinutes(heard, 240), outcome, '门诊调药后回家');
  }
}
