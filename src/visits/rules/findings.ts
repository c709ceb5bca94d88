// src/visits/rules/findings.ts: what a stop brings to the register: a death, a move, somebody nobody knows, who is home when, a signature.
import { type CivilDate, dateOf, plusDays } from '../../platform/civil.ts';
import type { NewRecord, NewVisit } from '../schema.ts';
import type { Discharge } from './discharges.ts';
import type { JointSide, RecordSide, Subject } from './facts.ts';

export interface Finding {
  readonly changes: readonly {
    readonly recordId: string;
    readonly kind: 'died' | 'moved_out' | 'unknown_person';
    readonly villageCode: string;
    readonly householdId: string;
    /** Null where the whole household has left. */
    readonly personId: string | null;
    readonly occurredOn: CivilDate;
  }[];
  /** Of a person, or of the household where nobody is named. */
  readonly presence: readonly {
    readonly personId: string | null;
    readonly householdId: string | null;
    readonly villageCode: string;
    readonly place: 'home' | 'away';
    readonly fromOn: CivilDate;
    readonly toOn: CivilDate | null;
  }[];
  /** Whose open tasks end with her leaving. */
  readonly bounds: readonly { readonly personId: string; readonly until: CivilDate }[];
  readonly signings: readonly {
    readonly recordId: string;
    readonly householdId: string;
    readonly villageCode: string;
    readonly side: JointSide;
    readonly signedOn: CivilDate;
  }[];
}

const LONGEST_ABSENCE = 183; // days: half a year; a return further off is not known, and nothing waits for it

const none: Finding = { changes: [], presence: [], bounds: [], signings: [] };

/** @param subject null for a record that waits for review: it changes nothing. */
export function findings(
  record: NewRecord,
  subject: Subject | null,
  visit: NewVisit,
  side: RecordSide | null,
  closings: readonly Discharge[],
): Finding {
  const household = subject?.household;
  if (!subject || !household) return none;
  const day = dateOf(visit.arrivedAt);
  if (record.kind === 'contract' && closings.length > 0 && (side === 'medical' || side === 'cadre')) {
    const { id: householdId, villageCode } = household;
    return { ...none, signings: [{ recordId: record.id, householdId, villageCode, side, signedOn: day }] };
  }
  if (record.kind !== 'not_met') return none;
  const { reason, occurredOn, wholeHousehold } = record.body;
  const personId = subject.person?.id ?? null;
  switch (reason) {
    case 'died':
    case 'moved_out':
    case 'unknown_person':
      return {
        ...none,
        changes: [
          {
            recordId: record.id,
            kind: reason,
            villageCode: household.villageCode,
            householdId: household.id,
            personId: reason !== 'died' && wholeHousehold === true ? null : personId,
            occurredOn: occurredOn ?? day,
          },
        ],
      };
    case 'away':
    case 'in_hospital':
      return absence(record.body, personId, household, day);
    case 'no_answer':
    case 'refused':
      return none;
  }
}

/** Away until the day before the return, home to the day of leaving, away again after it: no row would mean home. */
function absence(
  { backOn, awayAgainOn }: { readonly backOn?: CivilDate | undefined; readonly awayAgainOn?: CivilDate | undefined },
  personId: string | null,
  household: { readonly id: string; readonly villageCode: string },
  day: CivilDate,
): Finding {
  if (backOn === undefined || backOn < day || backOn > plusDays(day, LONGEST_ABSENCE)) return none; // no day that is known
  const stay = (place: 'home' | 'away', fromOn: CivilDate, toOn: CivilDate | null) => ({
    personId,
    householdId: personId === null ? household.id : null,
    villageCode: household.villageCode,
    place,
    fromOn,
    toOn,
  });
  const leaves = awayAgainOn !== undefined && awayAgainOn >= backOn ? awayAgainOn : null;
  return {
    ...none,
    presence: [
      ...(backOn > day ? [stay('away', day, plusDays(backOn, -1))] : []),
      stay('home', backOn, leaves),
      ...(leaves === null ? [] : [stay('away', plusDays(leaves, 1), null)]),
    ],
    bounds: leaves === null || personId === null ? [] : [{ personId, until: leaves }],
  };
}
