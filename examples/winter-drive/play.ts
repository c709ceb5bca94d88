// examples/winter-drive/play.ts: one day of the story after another: every door, every partner's word, every event, in the order of the clock.
import type { Calendar } from '../../src/places/rules.ts';
import { loadCalendar } from '../../src/places/store.ts';
import { systemActor } from '../../src/platform/actor.ts';
import { at, type CivilDate, dateOf, type Instant, plusDays } from '../../src/platform/civil.ts';
import { recordVisit } from '../../src/visits/acts.ts';
import type { VisitReceipt } from '../../src/visits/schema.ts';
import { type Cast, castOf } from './cast.ts';
import { COUNTY, exampleCounty } from './county.ts';
import { crewOf } from './crew.ts';
import { inHand } from './danger.ts';
import { doorsOf } from './doors.ts';
import { eventsOf } from './events.ts';
import { fieldWork, firstSeen, type HouseholdFacts, type Stop } from './field-work.ts';
import type { Office } from './minders.ts';
import { OPENED } from './open.ts';
import { afterwards } from './partners.ts';
import { oldestUnsent, visitOf } from './stops.ts';
import { type Happening, type Minding, play } from './timeline.ts';

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
   * Plays a day from midnight to midnight.
   * @param more what else happens that day.
   * @returns the receipts that were not accepted: the story expects none.
   */
  playDay(day: CivilDate, minding: Minding, more?: readonly Happening[]): Promise<readonly VisitReceipt[]>;
  /** The early hours of a day, up to a moment of it. */
  playUntil(moment: Instant, minding: Minding): Promise<void>;
}

export async function openStory(office: Office, schedule: Schedule): Promise<Story> {
  const cast = await castOf(office.db, office.keys, COUNTY, OPENED);
  const odd: VisitReceipt[] = [];
  const homes = new Map(schedule.households.map((home) => [home.registerNo, home]));
  const byPhone = Map.groupBy(schedule.stops, (stop) => recorderOf(stop, cast).accountId);

  const sent = (stop: Stop): Happening => {
    const actor = recorderOf(stop, cast);
    const urgent = stop.readings.some((reading) => reading.class === 'URGENT');
    return {
      at: stop.heardAt,
      lane: urgent ? null : stop.villageCode,
      actor,
      async do(tx, asOf) {
        const home = homes.get(stop.registerNo);
        if (!home) throw new RangeError(`nobody lives at ${stop.registerNo}`);
        const unsent = oldestUnsent(stop, byPhone.get(actor.accountId) ?? []);
        const visit = { ...visitOf(stop, home, cast), ...(unsent === null ? {} : { oldestUnsentAt: unsent }) };
        const receipt = await recordVisit(tx, actor, visit, asOf);
        if (receipt.filing !== 'accepted') odd.push(receipt);
        return inHand(receipt, stop, cast);
      },
    };
  };

  const all = [
    ...schedule.stops.flatMap((stop) => [sent(stop), ...afterwards(stop, cast, odd)]),
    ...eventsOf(office, cast, schedule),
  ];
  const days = Map.groupBy(all, (one) => dateOf(one.at));
  let carried: readonly Happening[] = [];
  return {
    cast,
    schedule,
    async playDay(day, minding, more = []) {
      odd.length = 0;
      const today = [...(days.get(day) ?? []), ...more, ...carried];
      carried = await play(office.db, today, minding, at(day, '00:00'), at(plusDays(day, 1), '00:00'));
      return [...odd];
    },
    async playUntil(moment, minding) {
      const early = [...(days.get(dateOf(moment)) ?? []), ...carried].filter((one) => one.at < moment);
      await play(office.db, early, minding, at(dateOf(moment), '00:00'), moment);
    },
  };
}

const recorderOf = (stop: Stop, cast: Cast) => cast.holder(crewOf(stop).recorder, stop.on);
