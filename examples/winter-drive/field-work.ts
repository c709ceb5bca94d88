// examples/winter-drive/field-work.ts: the field work of the story, fixed before it begins: who is met on which day, who is not, and what is measured.
import type { Calendar } from '../../src/places/rules.ts';
import { type CivilDate, type Instant, plusDays } from '../../src/platform/civil.ts';
import { chance } from './chance.ts';
import { Diary } from './diary.ts';
import { hoursOf } from './hours.ts';
import { COPIED, goesOut, paceOf } from './pace.ts';
import { type Reading, reading } from './readings.ts';

export interface PersonFacts {
  readonly idNo: string;
  readonly bornOn: CivilDate;
  readonly planned: boolean;
  readonly enrolments: readonly { readonly programme: 'htn' | 't2dm'; readonly nextDueOn: CivilDate }[];
  readonly awayFrom: CivilDate | null;
  readonly backOn: CivilDate | null;
  readonly leavesOn: CivilDate | null;
}

export interface HouseholdFacts {
  readonly registerNo: string;
  readonly villageCode: string;
  readonly group: number;
  readonly signed: boolean;
  readonly persons: readonly PersonFacts[];
}

export type Missed = 'no_answer' | 'refused' | 'in_hospital' | 'died' | 'moved_out';

/** What is fixed of a stop before its hours are. */
type Planned = Omit<Stop, 'arrivedAt' | 'leftAt' | 'heardAt'>;

/** One stop at one door by the village's pair; `alone`, one side of it. */
export interface Stop {
  readonly on: CivilDate;
  readonly arrivedAt: Instant;
  readonly leftAt: Instant;
  /** When the county hears of it: at once, in the evening, days later for a late entry. */
  readonly heardAt: Instant;
  readonly villageCode: string;
  readonly registerNo: string;
  readonly talk: 'said' | 'partly' | 'not' | null;
  readonly contract: boolean;
  /** ID numbers of the people verified. */
  readonly verified: readonly string[];
  readonly alone: boolean;
  readonly readings: readonly Reading[];
  /** Whose referral is checked, and for which programme. */
  readonly referralChecks: readonly { readonly idNo: string; readonly programme: 'htn' | 't2dm' }[];
  readonly missed: { readonly reason: Missed; readonly idNo: string | null } | null;
}

export const LAUNCH: CivilDate = '2018-01-09';
export const WINDOW_TO: CivilDate = '2018-02-28';
export const STORY_DAY: CivilDate = '2018-01-30';
const MIGRANTS_HOME: CivilDate = '2018-02-08';
const MIGRANTS_LEAVE: CivilDate = '2018-02-22';
const NEW_DOORS_A_DAY = 3; // of a pair's four: one is left for who is seen again

/** Households seen for the first time on each working day: the 15 up to day 61 are the story's own, the rest carry it to the end. */
export const FIRST_SEEN: readonly number[] = [
  96,
  131,
  158,
  172,
  189,
  203,
  211,
  187,
  148,
  139,
  165,
  192,
  214,
  201,
  204, // 2,610 by the evening of 29 January
  212,
  205,
  198,
  220,
  207,
  203,
  196,
  224,
  231,
  214,
  209,
  186,
  97,
  168,
  190,
  204,
  211,
  195,
  173,
];

export function isHome(person: PersonFacts, day: CivilDate): boolean {
  if (person.awayFrom === null || day < person.awayFrom) return true;
  return person.backOn !== null && day >= person.backOn && (person.leavesOn === null || day < person.leavesOn);
}

type Fate = 'open' | 'refuses' | 'moves';
function fateOf(household: HouseholdFacts): Fate {
  const drawn = chance('fate6', household.registerNo);
  return drawn < 0.005 ? 'refuses' : drawn < 0.0065 ? 'moves' : 'open';
}

/** The day a person dies, or null. Only where somebody else keeps the door. */
export function diesOn(
  household: HouseholdFacts,
  person: PersonFacts,
  workdays: readonly CivilDate[],
): CivilDate | null {
  if (household.persons.length < 2 || household.persons[0] === person || chance('dies6', person.idNo) >= 0.012)
    return null;
  return workdays[Math.floor(chance('dies when', person.idNo) * workdays.length)] ?? null;
}

/** The working day each household is first seen, over the whole county whatever part of it is played. */
export function firstSeen(households: readonly HouseholdFacts[], calendar: Calendar): ReadonlyMap<string, CivilDate> {
  const workdays = calendar.workdays(LAUNCH, WINDOW_TO);
  const byVillage = new Map<string, HouseholdFacts[]>();
  for (const household of households.toSorted((a, b) => a.group - b.group || (a.registerNo < b.registerNo ? -1 : 1)))
    byVillage.set(household.villageCode, [...(byVillage.get(household.villageCode) ?? []), household]);
  const waiting = households
    .filter((household) => fateOf(household) === 'open')
    .map((household) => ({
      household,
      turn: turnOf(household, byVillage.get(household.villageCode) ?? [], workdays.length),
    }))
    .sort((a, b) => a.turn - b.turn || (a.household.registerNo < b.household.registerNo ? -1 : 1));

  const seen = new Map<string, CivilDate>();
  workdays.forEach((day, n) => {
    let left = FIRST_SEEN[n] ?? 0;
    const doors = new Map<string, number>();
    for (const { household } of waiting) {
      if (left === 0) break;
      const { registerNo, villageCode } = household;
      const today = doors.get(villageCode) ?? 0;
      if (seen.has(registerNo) || today === NEW_DOORS_A_DAY || !canMeet(household, day)) continue;
      seen.set(registerNo, day);
      doors.set(villageCode, today + 1);
      left--;
    }
    if (left > 0 && day < STORY_DAY)
      throw new Error(`${day}: ${left} more households should be seen than the pairs can reach`);
  });
  return seen;
}

/** Where a household stands in its pair's round: group by group, as the plan has it, later for a slow pair, last for an idle one. */
function turnOf(household: HouseholdFacts, village: readonly HouseholdFacts[], days: number): number {
  const place = ((village.indexOf(household) + 1) * days) / village.length;
  const behind = { punctual: 0, slow: 6, idle: days }[paceOf(household.villageCode)];
  return place + behind + 3 * (chance('turn', household.registerNo) - 0.5);
}

const canMeet = (household: HouseholdFacts, day: CivilDate): boolean =>
  goesOut(household.villageCode, day) && household.persons.some((person) => isHome(person, day));

/** Every stop of the drive in the order it happens, for the households given. `seen` comes from `firstSeen` over the whole county. */
export function fieldWork(
  households: readonly HouseholdFacts[],
  seen: ReadonlyMap<string, CivilDate>,
  calendar: Calendar,
): readonly Stop[] {
  const workdays = calendar.workdays(LAUNCH, WINDOW_TO);
  const villages = Map.groupBy(households, (household) => household.villageCode);
  return [...villages].flatMap(([village, doors]) => villageWork(village, doors, seen, workdays)).sort(inOrder);
}

const inOrder = (a: Stop, b: Stop): number =>
  a.arrivedAt < b.arrivedAt ? -1 : a.arrivedAt > b.arrivedAt ? 1 : a.registerNo < b.registerNo ? -1 : 1;

/** A village's stops: new doors first, then what follows from them wherever the pair still has room. */
function villageWork(
  village: string,
  households: readonly HouseholdFacts[],
  seen: ReadonlyMap<string, CivilDate>,
  workdays: readonly CivilDate[],
): Stop[] {
  const diary = new Diary(village, workdays);
  for (const { registerNo } of households) {
    const day = seen.get(registerNo);
    if (day !== undefined) diary.write(registerNo, day);
  }
  const planned = households.flatMap((household) =>
    stopsOf(household, seen.get(household.registerNo) ?? null, workdays, diary),
  );
  const days = new Map<CivilDate, { turn: number; left: Instant }>();
  return planned
    .sort((a, b) => (a.on < b.on ? -1 : a.on > b.on ? 1 : a.registerNo < b.registerNo ? -1 : 1))
    .map((stop, n) => {
      const before = days.get(stop.on);
      const met = stop.talk !== null || stop.readings.length > 0 || stop.verified.length > 0;
      const told = { ...stop, missed: met && stop.missed?.reason !== 'died' ? null : stop.missed };
      const next = planned.slice(n + 1).find(({ registerNo }) => registerNo === stop.registerNo)?.on ?? null;
      const turn = (before?.turn ?? -1) + 1;
      const hours = hoursOf(told, turn, before?.left ?? null, next);
      days.set(stop.on, { turn, left: hours.leftAt });
      return { ...told, ...hours };
    });
}

function stopsOf(
  household: HouseholdFacts,
  seenOn: CivilDate | null,
  workdays: readonly CivilDate[],
  diary: Diary,
): Planned[] {
  const stops = new Map<CivilDate, Planned>();
  const { villageCode, registerNo } = household;
  const blank = (on: CivilDate): Planned => ({
    on,
    villageCode,
    registerNo,
    talk: null,
    contract: false,
    verified: [],
    alone: chance('alone', registerNo, on) < 0.03,
    readings: [],
    referralChecks: [],
    missed: null,
  });
  const put = (on: CivilDate, part: Partial<Planned>): void => {
    const stop = stops.get(on) ?? blank(on);
    diary.write(registerNo, on);
    stops.set(on, {
      ...stop,
      ...part,
      readings: [...stop.readings, ...(part.readings ?? [])],
      verified: [...stop.verified, ...(part.verified ?? [])],
      referralChecks: [...stop.referralChecks, ...(part.referralChecks ?? [])],
    });
  };
  const anyDay = (): boolean => true;
  const fate = fateOf(household);
  const wanted = workdays[Math.floor(chance('planned', registerNo) * (workdays.length - 6)) + 3] as CivilDate;
  if (fate !== 'open') {
    const planned = diary.book(registerNo, wanted, anyDay);
    const reason = fate === 'moves' ? 'moved_out' : 'refused';
    if (planned !== null) put(planned, { missed: { reason, idNo: null } });
    if (fate === 'moves') return [...stops.values()];
  }

  const alive = (person: PersonFacts, day: CivilDate): boolean =>
    (diesOn(household, person, workdays) ?? '9999-12-31') > day;
  for (const person of household.persons) {
    const died = diesOn(household, person, workdays);
    if (died !== null && diary.takes(registerNo, died)) {
      stops.set(died, { ...blank(died), missed: { reason: 'died', idNo: person.idNo } });
      diary.write(registerNo, died);
    }
  }
  if (seenOn !== null) {
    if (!stops.has(seenOn)) {
      const before = workdays[workdays.indexOf(seenOn) - 1];
      const drawn = chance('missed', registerNo);
      if (before && drawn < 0.08 && diary.takes(registerNo, before) && !stops.has(before))
        put(before, { missed: { reason: drawn < 0.07 ? 'no_answer' : 'in_hospital', idNo: null } });
    }
    const met = stops.get(seenOn);
    if (met)
      stops.set(seenOn, { ...met, talk: 'said', contract: !household.signed }); // the death was told at this same stop
    else put(seenOn, { talk: talkOf(registerNo), contract: !household.signed });
    put(seenOn, {
      verified: household.persons.filter((p) => p.planned && isHome(p, seenOn) && alive(p, seenOn)).map((p) => p.idNo),
    });
    if (talkOf(registerNo) === 'not') {
      const again = diary.book(registerNo, plusDays(seenOn, 10), (day) =>
        household.persons.some((p) => isHome(p, day) && alive(p, day)),
      );
      if (again) put(again, { talk: 'said' });
    }
    const returned = household.persons.filter(
      (p) => p.planned && !isHome(p, seenOn) && p.backOn === MIGRANTS_HOME && alive(p, MIGRANTS_HOME),
    );
    const home = workdays.filter((day) => day > seenOn && day >= MIGRANTS_HOME && day < MIGRANTS_LEAVE);
    const from = home[Math.floor(chance('returned', registerNo) * home.length * 1.1)]; // about one in ten leaves again unseen
    if (returned.length > 0 && from) {
      const day = diary.book(registerNo, from, (one) => one < MIGRANTS_LEAVE);
      if (day) put(day, { verified: returned.map((p) => p.idNo) });
    }
  }
  for (const person of household.persons)
    for (const enrolment of person.enrolments)
      followUps(household, person, enrolment, diary, (day) => alive(person, day), put);
  return [...stops.values()];
}

const talkOf = (registerNo: string): 'said' | 'partly' | 'not' => {
  const drawn = chance('understood', registerNo);
  return drawn < 0.85 ? 'said' : drawn < 0.97 ? 'partly' : 'not';
};

/** The chain of measured visits of one enrolment inside the window: an unsatisfactory one is seen again, a second one referred and checked. */
function followUps(
  household: HouseholdFacts,
  person: PersonFacts,
  enrolment: { programme: 'htn' | 't2dm'; nextDueOn: CivilDate },
  diary: Diary,
  alive: (day: CivilDate) => boolean,
  put: (on: CivilDate, part: Partial<Planned>) => void,
): void {
  let due = enrolment.nextDueOn;
  for (let n = 0; due <= WINDOW_TO; n++) {
    const on = visitDay(household, person, due, n, diary, alive);
    if (on === null) return;
    const made = reading(person, enrolment.programme, on, n, COPIED.includes(household.villageCode));
    put(on, { readings: [made] });
    if (made.class === 'SATISFIED') return;
    due = plusDays(on, 14);
    if (made.class !== 'ADJUST') {
      const check = due <= WINDOW_TO ? visitDay(household, person, due, n + 10, diary, alive) : null;
      if (check !== null) put(check, { referralChecks: [{ idNo: person.idNo, programme: enrolment.programme }] });
      return;
    }
  }
}

/** When a measured visit that is due is made: on the day or a little before by a punctual pair, days late by a slow one, sometimes never. */
function visitDay(
  household: HouseholdFacts,
  person: PersonFacts,
  due: CivilDate,
  n: number,
  diary: Diary,
  alive: (day: CivilDate) => boolean,
): CivilDate | null {
  const drawn = chance('follow-up', person.idNo, due, n);
  if (drawn > 0.97) return null;
  const lag = paceOf(household.villageCode) === 'slow' ? 2 + Math.floor(drawn * 6) : Math.floor(drawn * 5) - 3;
  const { registerNo } = household;
  return diary.book(registerNo, plusDays(due, lag), (day) => isHome(person, day) && alive(day));
}
