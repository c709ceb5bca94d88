// test/chaos/script.ts: the drive every run goes through: its days, its campaign, and what is done at which door; seeded, and blind to all outages.
import { chance, storyId } from '../../examples/winter-drive/chance.ts';
import { at, type CivilDate, type Instant, plusDays, plusMinutes, weekday } from '../../src/platform/civil.ts';
import type { SmallCounty, SmallHousehold, SmallPerson, SmallVillage } from '../fixtures/county.ts';

export const LAUNCHED_ON: CivilDate = '2018-01-25'; // a Thursday; no holiday before 15 February
export const MOST_DAYS = 12; // working days until Friday 9 February: Sunday the 11th is worked
/** What each level of its ladder waits for, in working days past due. */
export const LADDER = [1, 2, 3] as const;

export interface Story {
  readonly days: readonly CivilDate[];
  readonly windowTo: CivilDate;
  /** The campaign's file. */
  readonly campaign: string;
  readonly field: number;
}

/** A stop at a door as a phone sends it, with whoever sends it. */
export interface PlannedVisit {
  readonly login: string;
  readonly body: { readonly id: string } & Readonly<Record<string, unknown>>;
  /** The partner's login, who confirms a joint record from her own phone once it has been sent. */
  readonly confirmedBy?: string;
}

/** @param length working days, at most 12. @param field the seed of the field work. */
export function storyOf(length: number, field: number): Story {
  const days: CivilDate[] = [];
  for (let day = LAUNCHED_ON; days.length < Math.min(length, MOST_DAYS); day = plusDays(day, 1))
    if (weekday(day) <= 5) days.push(day);
  const last = days.at(-1) ?? LAUNCHED_ON;
  return { days, windowTo: last, campaign: campaignFile(last, days), field };
}

function campaignFile(windowTo: CivilDate, days: readonly CivilDate[]): string {
  return `
key: chaos-drive
name: 停电演练
window: { from: ${LAUNCHED_ON}, to: ${windowTo} }
notice: { no: 演练〔2018〕1号, on: ${LAUNCHED_ON} }
issuedBy: [health, poverty]
areas: [450803]
quietHours: { from: '20:00', to: '07:30' }
capacity: { stopsPerPairPerWorkingDay: 4 }
ladder:
  - { level: 1, to: lead, after: ${LADDER[0]} }
  - { level: 2, to: town, after: ${LADDER[1]} }
  - { level: 3, to: county, after: ${LADDER[2]} }
duties:
  - { key: talk, clause: S1-3, title: 政策宣讲, subject: household, side: either, record: policy_talk, due: spread }
  - { key: contract, clause: S1-4, title: 签约, subject: household, select: { contract: unsigned }, side: joint, record: contract, due: { on: [${LAUNCHED_ON}] } }
  - { key: htn, clause: S1-16, title: 高血压随访, subject: enrolment, mode: adopt, select: { programme: htn }, side: medical, record: htn, due: protocol }
  - { key: t2dm, clause: S1-16, title: 糖尿病随访, subject: enrolment, mode: adopt, select: { programme: t2dm }, side: medical, record: t2dm, due: protocol }
  - { key: broadcast, clause: S1-9, title: 广播, subject: village, side: cadre, record: broadcast, due: { on: [${days[0]}, ${days[1]}] } }
`;
}

/** What is done in the field on a day of the story, in the order in which it is sent. */
export function visitsOn(story: Story, county: SmallCounty, n: number): readonly PlannedVisit[] {
  const day = story.days[n];
  if (!day) return [];
  return county.villages.flatMap((village, v) => {
    const stops = village.households.flatMap((household, h) => stop(story, village, v, household, h, n, day));
    return [...stops, ...broadcast(story, village, v, n, day)];
  });
}

function stop(
  { days, field }: Story,
  village: SmallVillage,
  v: number,
  household: SmallHousehold,
  h: number,
  n: number,
  day: CivilDate,
): PlannedVisit[] {
  const draw = (what: string): number => chance('chaos', field, household.registerNo, what);
  const emergency = v === 0 && h === 0; // one always, on the second day
  const visited = emergency ? 1 : draw('never') < 0.3 ? -1 : Math.floor(draw('day') * days.length);
  const knocked = Math.floor(draw('knocked') * days.length);
  if (visited !== n && knocked !== n) return [];
  const id = (...of: readonly string[]): string => storyId('chaos', field, household.registerNo, day, ...of);
  const joint = draw('joint') < 0.7;
  const records: unknown[] = [];
  if (visited !== n) records.push({ id: id('missed'), kind: 'not_met', body: { reason: 'no_answer' } });
  else {
    const understood = draw('talk') < 0.75 ? 'said' : 'not';
    records.push({ id: id('talk'), kind: 'policy_talk', body: { understood, handbook: true } });
    if (!household.signed)
      records.push({
        id: id('contract'),
        kind: 'contract',
        ...(joint ? {} : { singleSideReason: '乡村干部当天开会' }),
        body: {},
      });
    for (const person of household.persons) records.push(...readings(person, day, emergency, draw(person.idNo), id));
  }
  const arrivedAt = at(day, '09:30');
  const visit = sent(`v${v + 1}.doctor`, village, household.id, arrivedAt, id('visit'), records, village.cadre);
  return [visited === n && !household.signed && joint ? { ...visit, confirmedBy: `v${v + 1}.cadre` } : visit];
}

function readings(
  person: SmallPerson,
  day: CivilDate,
  emergency: boolean,
  drawn: number,
  id: (...of: readonly string[]) => string,
): unknown[] {
  return Object.entries(person.enrolments).map(([programme, enrolment]) => {
    const values =
      programme === 'htn'
        ? emergency
          ? { sbp: 186, dbp: 104 }
          : drawn < 0.7
            ? { sbp: 128, dbp: 80 }
            : { sbp: 162, dbp: 92 }
        : { fastingGlucose: drawn < 0.7 ? 5.8 : 9.1 };
    const body = { ...values, visitedOn: day };
    return { id: id(person.idNo, programme), kind: programme, personId: person.id, enrolmentId: enrolment?.id, body };
  });
}

function broadcast(
  { field, days }: Story,
  village: SmallVillage,
  v: number,
  n: number,
  day: CivilDate,
): PlannedVisit[] {
  const heard = Math.floor(chance('chaos', field, village.code, 'broadcast') * (days.length + 1));
  if (heard !== n) return [];
  const id = (what: string): string => storyId('chaos', field, village.code, day, what);
  const body = { place: '村委会', on: day, proof: 'photo' };
  const records = [{ id: id('broadcast'), kind: 'broadcast', body }];
  return [sent(`v${v + 1}.cadre`, village, null, at(day, '10:30'), id('visit'), records, null)];
}

function sent(
  login: string,
  village: SmallVillage,
  householdId: string | null,
  arrivedAt: Instant,
  id: string,
  records: readonly unknown[],
  partnerId: string | null,
): PlannedVisit {
  const door = { ...(householdId ? { householdId } : {}), ...(partnerId ? { partnerId } : {}) };
  const body = { id, areaCode: village.code, arrivedAt, leftAt: plusMinutes(arrivedAt, 15), ...door, records };
  return { login, body };
}
