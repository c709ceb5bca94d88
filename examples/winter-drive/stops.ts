// examples/winter-drive/stops.ts: a stop of the schedule as the doctor's phone would send it.
import { at, type Instant, plusMinutes } from '../../src/platform/civil.ts';
import type { NewRecord, NewVisit } from '../../src/visits/schema.ts';
import type { Cast } from './cast.ts';
import { storyId } from './chance.ts';
import type { Stop } from './field-work.ts';
import type { Reading } from './readings.ts';

const ALONE = '乡村干部当天参加镇里会议';

export function visitOf(stop: Stop, cast: Cast): NewVisit {
  const arrivedAt = at(stop.on, stop.at);
  const id = (...parts: readonly (string | number)[]): string => storyId(stop.registerNo, stop.on, ...parts);
  const joint = stop.alone ? { singleSideReason: ALONE } : {};
  const records: NewRecord[] = [];
  if (stop.missed) {
    const { reason, idNo } = stop.missed;
    const whom = idNo === null ? {} : { personId: cast.person(idNo) };
    records.push({
      id: id('missed'),
      kind: 'not_met',
      ...whom,
      body: {
        reason,
        ...(reason === 'moved_out' && idNo === null ? { wholeHousehold: true } : {}),
        ...(reason === 'died' || reason === 'moved_out' ? { occurredOn: stop.on } : {}),
      },
    });
  }
  if (stop.talk !== null)
    records.push({ id: id('talk'), kind: 'policy_talk', body: { understood: stop.talk, handbook: true } });
  for (const idNo of stop.verified) {
    const items = ['illness', 'treatment', 'reimbursement'] as const;
    records.push({
      id: id('verify', idNo),
      kind: 'verification',
      personId: cast.person(idNo),
      ...joint,
      body: { lines: items.map((item) => ({ item, ok: true })) },
    });
  }
  if (stop.contract) records.push({ id: id('contract'), kind: 'contract', ...joint, body: {} });
  for (const reading of stop.readings) records.push(...measured(reading, stop, cast, id));
  for (const { idNo, programme } of stop.referralChecks) {
    const whom = { personId: cast.person(idNo), enrolmentId: cast.enrolment(idNo, programme) };
    records.push({ id: id('check', idNo, programme), kind: 'referral_check', ...whom, body: { arrived: true } });
  }
  return {
    id: id('visit'),
    areaCode: stop.villageCode,
    householdId: cast.household(stop.registerNo),
    arrivedAt,
    leftAt: plusMinutes(arrivedAt, 15),
    present: [],
    ...(stop.alone ? {} : { partnerId: cast.lead(stop.villageCode, 'cadre').accountId }),
    records,
  };
}

/** When the county hears of the stop: on leaving, or with the morning's first signal for a late entry. */
export const heardAt = (stop: Stop): Instant =>
  stop.recordedOn === stop.on ? plusMinutes(at(stop.on, stop.at), 16) : at(stop.recordedOn, '08:50');

function measured(
  reading: Reading,
  stop: Stop,
  cast: Cast,
  id: (...parts: readonly (string | number)[]) => string,
): NewRecord[] {
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
