// examples/winter-drive/field-work.ts: the field work of the story, fixed before it begins: who is met on which day, who is not, and what is measured.
import type { Calendar } from '../../src/places/rules.ts';
import { type CivilDate, plusDays, type TimeOfDay } from '../../src/platform/civil.ts';
import { chance } from './chance.ts';
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

/** One stop at one door. The doctor records it; unless `alone`, her village's cadre lead confirms. */
export interface Stop {
  readonly on: CivilDate;
  readonly at: TimeOfDay;
  /** Later than `on` for a late entry: the phone had no signal. */
  readonly recordedOn: CivilDate;
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

export const SNOW = {
  villages: ['450803001003', '450803001004', '450803002002'],
  from: '2018-01-22',
  to: '2018-01-28',
} as const;
/** Teams whose readings repeat from door to door. */
export const COPIED: readonly string[] = ['450803001009', '450803002006'];

/** Pairs that do nothing until the end of January. */
const IDLE: readonly string[] = ['450803001012', '450803005011', '450803008004', '450803011013'];

type Pace = 'punctual' | 'slow' | 'idle';

/** How a village's pair works: most on time, one in six some days behind, four not at all until the end of January. */
export function paceOf(villageCode: string): Pace {
  if (COPIED.includes(villageCode)) return 'punctual';
  if (IDLE.includes(villageCode)) return 'idle';
  return chance('pace', villageCode) < 0.16 ? 'slow' : 'punctual';
}

const isSnowed = (village: string, day: CivilDate): boolean =>
  (SNOW.villages as readonly string[]).includes(village) && day >= SNOW.from && day <= SNOW.to;

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
    for (const { household } of waiting) {
      if (left === 0) break;
      if (seen.has(household.registerNo) || !canMeet(household, day)) continue;
      seen.set(household.registerNo, day);
      left--;
    }
  });
  return seen;
}

/** Where a household stands in its pair's round: group by group, as the plan has it, later for a slow pair, last for an idle one. */
function turnOf(household: HouseholdFacts, village: readonly HouseholdFacts[], days: number): number {
  const place = ((village.indexOf(household) + 1) * days) / village.length;
  const behind = { punctual: 0, slow: 6, idle: days }[paceOf(household.villageCode)];
  return place + behind + 3 * (chance('turn', household.registerNo) - 0.5);
}

function canMeet(household: HouseholdFacts, day: CivilDate): boolean {
  if (isSnowed(household.villageCode, day)) return false;
  if (paceOf(household.villageCode) === 'idle' && day < '2018-02-01') return false;
  return household.persons.some((person) => isHome(person, day));
}

/** Every stop of the drive in the order it happens, for the households given. `seen` comes from `firstSeen` over the whole county. */
export function fieldWork(
  households: readonly HouseholdFacts[],
  seen: ReadonlyMap<string, CivilDate>,
  calendar: Calendar,
): readonly Stop[] {
  const workdays = calendar.workdays(LAUNCH, WINDOW_TO);
  const stops = households.flatMap((household) => stopsOf(household, seen.get(household.registerNo) ?? null, workdays));
  const perDoor = new Map<string, number>();
  return stops
    .sort((a, b) =>
      a.on < b.on
        ? -1
        : a.on > b.on
          ? 1
          : a.villageCode < b.villageCode
            ? -1
            : a.villageCode > b.villageCode
              ? 1
              : a.registerNo < b.registerNo
                ? -1
                : 1,
    )
    .map((stop) => {
      const key = `${stop.on}/${stop.villageCode}`;
      const n = perDoor.get(key) ?? 0;
      perDoor.set(key, n + 1);
      const met = stop.talk !== null || stop.readings.length > 0 || stop.verified.length > 0;
      const missed = met && stop.missed?.reason !== 'died' ? null : stop.missed;
      const minutes = 9 * 60 + n * 20; // the day's stops of a pair, 20 minutes apart from nine o'clock
      return {
        ...stop,
        missed,
        at: `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}` as TimeOfDay,
      };
    });
}

function stopsOf(household: HouseholdFacts, seenOn: CivilDate | null, workdays: readonly CivilDate[]): Stop[] {
  const stops = new Map<CivilDate, Stop>();
  const { villageCode, registerNo } = household;
  const blank = (on: CivilDate): Stop => ({
    on,
    at: '09:00',
    recordedOn: on,
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
  const put = (on: CivilDate, part: Partial<Stop>): void => {
    const stop = stops.get(on) ?? blank(on);
    stops.set(on, {
      ...stop,
      ...part,
      readings: [...stop.readings, ...(part.readings ?? [])],
      verified: [...stop.verified, ...(part.verified ?? [])],
      referralChecks: [...stop.referralChecks, ...(part.referralChecks ?? [])],
    });
  };
  const fate = fateOf(household);
  const planned = workdays[Math.floor(chance('planned', registerNo) * (workdays.length - 6)) + 3] as CivilDate;
  if (fate === 'moves') {
    put(planned, { missed: { reason: 'moved_out', idNo: null } });
    return [...stops.values()];
  }
  if (fate === 'refuses') put(planned, { missed: { reason: 'refused', idNo: null } });

  const alive = (person: PersonFacts, day: CivilDate): boolean =>
    (diesOn(household, person, workdays) ?? '9999-12-31') > day;
  for (const person of household.persons) {
    const died = diesOn(household, person, workdays);
    if (died !== null && !isSnowed(villageCode, died))
      stops.set(`${died}` as CivilDate, { ...blank(died), missed: { reason: 'died', idNo: person.idNo } });
  }
  if (seenOn !== null) {
    if (!stops.has(seenOn)) {
      const before = workdays[workdays.indexOf(seenOn) - 1];
      const drawn = chance('missed', registerNo);
      if (before && drawn < 0.08 && !isSnowed(villageCode, before) && !stops.has(before))
        put(before, { missed: { reason: drawn < 0.07 ? 'no_answer' : 'in_hospital', idNo: null } });
    }
    const met = stops.get(seenOn);
    if (met)
      stops.set(seenOn, { ...met, talk: 'said', contract: !household.signed }); // the death was told at this same stop
    else
      put(seenOn, {
        talk: talkOf(registerNo),
        contract: !household.signed,
        recordedOn: recordedOn(registerNo, seenOn, workdays),
      });
    put(seenOn, {
      verified: household.persons.filter((p) => p.planned && isHome(p, seenOn) && alive(p, seenOn)).map((p) => p.idNo),
    });
    if (talkOf(registerNo) === 'not') {
      const again = workdays.find(
        (day) => day >= plusDays(seenOn, 10) && household.persons.some((p) => isHome(p, day) && alive(p, day)),
      );
      if (again) put(again, { talk: 'said' });
    }
    const returned = household.persons.filter(
      (p) => p.planned && !isHome(p, seenOn) && p.backOn === MIGRANTS_HOME && alive(p, MIGRANTS_HOME),
    );
    const home = workdays.filter((day) => day > seenOn && day >= MIGRANTS_HOME && day < MIGRANTS_LEAVE);
    const day = home[Math.floor(chance('returned', registerNo) * home.length * 1.1)]; // about one in ten leaves again unseen
    if (returned.length > 0 && day) put(day, { verified: returned.map((p) => p.idNo) });
  }
  for (const person of household.persons)
    for (const enrolment of person.enrolments)
      followUps(household, person, enrolment, workdays, (day) => alive(person, day), put);
  return [...stops.values()];
}

const talkOf = (registerNo: string): 'said' | 'partly' | 'not' => {
  const drawn = chance('understood', registerNo);
  return drawn < 0.85 ? 'said' : drawn < 0.97 ? 'partly' : 'not';
};

/** One stop in fifty reaches the county on the next working day; none is under way on the morning the example opens. */
function recordedOn(registerNo: string, on: CivilDate, workdays: readonly CivilDate[]): CivilDate {
  const next = workdays[workdays.indexOf(on) + 1] ?? on;
  return chance('late entry', registerNo) < 0.02 && next !== STORY_DAY ? next : on;
}

/** The chain of measured visits of one enrolment inside the window: an unsatisfactory one is seen again, a second one referred and checked. */
function followUps(
  household: HouseholdFacts,
  person: PersonFacts,
  enrolment: { programme: 'htn' | 't2dm'; nextDueOn: CivilDate },
  workdays: readonly CivilDate[],
  alive: (day: CivilDate) => boolean,
  put: (on: CivilDate, part: Partial<Stop>) => void,
): void {
  let due = enrolment.nextDueOn;
  for (let n = 0; due <= WINDOW_TO; n++) {
    const on = visitDay(household, person, due, n, workdays);
    if (on === null || !alive(on)) return;
    const made = reading(person, enrolment.programme, on, n, COPIED.includes(household.villageCode));
    put(on, { readings: [made] });
    if (made.class === 'SATISFIED') return;
    due = plusDays(on, 14);
    if (made.class !== 'ADJUST') {
      const check = due <= WINDOW_TO ? visitDay(household, person, due, n + 10, workdays) : null;
      if (check !== null && alive(check))
        put(check, { referralChecks: [{ idNo: person.idNo, programme: enrolment.programme }] });
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
  workdays: readonly CivilDate[],
): CivilDate | null {
  const pace = paceOf(household.villageCode);
  const drawn = chance('follow-up', person.idNo, due, n);
  if (drawn > 0.97) return null;
  const lag = pace === 'slow' ? 2 + Math.floor(drawn * 6) : Math.floor(drawn * 5) - 3;
  const from = plusDays(due, lag);
  return (
    workdays.find(
      (day) =>
        day >= from &&
        isHome(person, day) &&
        !isSnowed(household.villageCode, day) &&
        !(pace === 'idle' && day < '2018-02-01'),
    ) ?? null
  );
}
