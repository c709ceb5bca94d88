// examples/winter-drive/stops.ts: a stop of the schedule as a phone would send it, and what is put right in it later.
import type { Instant } from '../../src/platform/civil.ts';
import type { NewRecord, NewVisit } from '../../src/visits/schema.ts';
import type { Seat } from './absences.ts';
import type { Cast } from './cast.ts';
import { chance, pick, storyId } from './chance.ts';
import { crewOf } from './crew.ts';
import { type HouseholdFacts, isHome, type Stop } from './field-work.ts';
import type { Reading } from './readings.ts';

const ALONE = ['另一方当天参加镇里会议', '另一方在外村支援', '下雪路滑,只到了一人'] as const;
const UNTRUE = {
  illness: ['确诊年份与台账不符', '病名写错,应为高血压2级'],
  treatment: ['已换药,台账还是旧药', '上月起在区医院门诊治疗'],
  reimbursement: ['报销比例与台账不符', '去年住院未报销'],
} as const;
const ITEMS = ['illness', 'treatment', 'reimbursement'] as const;
const UNTRUE_SHARE = 0.035; // of the lines verified
const CORRECTED = 0.018; // of the stops with a verification: a line is put right afterwards

type Mint = (...parts: readonly (string | number)[]) => string;

const minted =
  ({ registerNo, on }: Stop): Mint =>
  (...parts) =>
    storyId(registerNo, on, ...parts);

export const visitId = (stop: Stop): string => minted(stop)('visit');

/** The record that says why nobody was met. */
export const missedId = (stop: Stop): string => minted(stop)('missed');

/** The visit that a stop's recorder sends. */
export function visitOf(stop: Stop, home: HouseholdFacts, cast: Cast): NewVisit {
  const id = minted(stop);
  const { recorder, partner } = crewOf(stop);
  const there = presentAt(stop, home);
  const joint = partner === null ? { singleSideReason: pick(ALONE, stop.registerNo, stop.on) } : {};
  const records: NewRecord[] = [];
  if (stop.missed) records.push(missed(stop, stop.missed, cast, id));
  if (stop.talk !== null) {
    const listener = there[0];
    records.push({
      id: id('talk'),
      kind: 'policy_talk',
      body: {
        ...(listener === undefined ? {} : { listenerId: cast.person(listener) }),
        understood: stop.talk,
        handbook: chance('handbook', stop.registerNo) < 0.97,
      },
    });
  }
  for (const idNo of stop.verified) records.push(verification(idNo, cast, id, joint));
  if (stop.contract) records.push({ id: id('contract'), kind: 'contract', ...joint, body: {} });
  for (const reading of stop.readings) records.push(...measured(reading, stop, cast, id));
  for (const { idNo, programme } of stop.referralChecks) {
    const whom = { personId: cast.person(idNo), enrolmentId: cast.enrolment(idNo, programme) };
    records.push({ id: id('check', idNo, programme), kind: 'referral_check', ...whom, body: { arrived: true } });
  }
  return {
    id: visitId(stop),
    areaCode: stop.villageCode,
    householdId: cast.household(stop.registerNo),
    arrivedAt: stop.arrivedAt,
    leftAt: stop.leftAt,
    present: there.map((idNo) => cast.person(idNo)),
    ...(partner === null ? {} : { partnerId: cast.holder(partner, stop.on).accountId }),
    ...(hasPhone(recorder) ? { deviceId: phoneOf(cast.holder(recorder, stop.on).accountId) } : {}),
    records,
  };
}

/** The doctors who lead carry the drive's phone; the others send from the village's desk. */
const hasPhone = ({ side, seat }: Seat): boolean => side === 'medical' && seat === 0;

/** The phone of one account. */
export const phoneOf = (accountId: string): string => storyId('phone', accountId);

/** Who of the household sat there, by ID number: whoever was spoken of, and most of the others who are home. */
function presentAt(stop: Stop, { persons }: HouseholdFacts): string[] {
  if (stop.talk === null && stop.readings.length === 0 && stop.verified.length === 0) return [];
  const needed = new Set([...stop.readings.map(({ idNo }) => idNo), ...stop.verified]);
  const home = persons.filter((person) => isHome(person, stop.on) && person.idNo !== stop.missed?.idNo);
  const there = home.filter(({ idNo }) => needed.has(idNo) || chance('present', idNo, stop.on) < 0.72);
  return (there.length > 0 ? there : home.slice(0, 1)).map(({ idNo }) => idNo);
}

function missed(stop: Stop, { reason, idNo }: NonNullable<Stop['missed']>, cast: Cast, id: Mint): NewRecord {
  const whom = idNo === null ? {} : { personId: cast.person(idNo) };
  const all = reason === 'moved_out' && idNo === null ? { wholeHousehold: true } : {};
  const when = reason === 'died' || reason === 'moved_out' ? { occurredOn: stop.on } : {};
  return { id: id('missed'), kind: 'not_met', ...whom, body: { reason, ...all, ...when } };
}

function verification(idNo: string, cast: Cast, id: Mint, joint: Pick<NewRecord, 'singleSideReason'>): NewRecord {
  const lines = ITEMS.map((item) =>
    chance('untrue', idNo, item) < UNTRUE_SHARE
      ? { item, ok: false, note: pick(UNTRUE[item], idNo, item) }
      : { item, ok: true },
  );
  return { id: id('verify', idNo), kind: 'verification', personId: cast.person(idNo), ...joint, body: { lines } };
}

/** A line that was ticked too quickly is put right by whoever ticked it, in a record that supersedes the first; null for most stops. */
export function correctionOf(stop: Stop, cast: Cast): NewVisit | null {
  const idNo = stop.verified[0];
  if (idNo === undefined || chance('corrected', stop.registerNo, stop.on) >= CORRECTED) return null;
  const id = minted(stop);
  const item = pick(ITEMS, 'corrected', idNo);
  const lines = ITEMS.map((one) =>
    one === item ? { item, ok: false, note: pick(UNTRUE[item], idNo, 'again') } : { item: one, ok: true },
  );
  return {
    id: id('correction'),
    areaCode: stop.villageCode,
    householdId: cast.household(stop.registerNo),
    arrivedAt: stop.arrivedAt,
    leftAt: stop.leftAt,
    present: [],
    records: [
      {
        id: id('corrected', idNo),
        kind: 'verification',
        personId: cast.person(idNo),
        supersedes: id('verify', idNo),
        body: { lines },
      },
    ],
  };
}

/** When the oldest record was made that its phone still keeps back when it sends `stop`; null when it sends everything. */
export function oldestUnsent(stop: Stop, ofPhone: readonly Stop[]): Instant | null {
  const kept = ofPhone.filter((other) => other.arrivedAt < stop.heardAt && other.heardAt > stop.heardAt);
  return kept.reduce<Instant | null>(
    (least, { arrivedAt }) => (least === null || arrivedAt < least ? arrivedAt : least),
    null,
  );
}

function measured(reading: Reading, stop: Stop, cast: Cast, id: Mint): NewRecord[] {
  const { programme: kind, idNo } = reading;
  const common = { kind, personId: cast.person(idNo), enrolmentId: cast.enrolment(idNo, kind) };
  const body = { ...reading.values, visitedOn: stop.on };
  const right = { ...common, id: id('reading', idNo, kind), body } as NewRecord;
  if (!reading.slip) return [right];
  const factor = kind === 'htn' ? 10 : 18; // a digit too many; mg/dL for mmol/L
  const typo = Object.fromEntries(
    Object.entries(reading.values).map(([field, value]) => [field, Math.round(value * factor)]),
  );
  return [{ ...common, id: id('slip', idNo, kind), body: { ...typo, visitedOn: stop.on } } as NewRecord, right];
}
