// examples/winter-drive/readings.ts: what is measured at a door of the story; the class is drawn first and the numbers follow it.
import { ageOn, type CivilDate } from '../../src/platform/civil.ts';
import { chance } from './chance.ts';

export type ReadingClass = 'SATISFIED' | 'ADJUST' | 'REFER' | 'URGENT';

export interface Reading {
  readonly idNo: string;
  readonly programme: 'htn' | 't2dm';
  readonly class: ReadingClass;
  /** As typed into the form: mmHg, mmol/L. */
  readonly values: Readonly<Record<string, number>>;
  /** A slip typed first and put right at once: a digit too many, or mg/dL; it is judged REJECT and leaves the task open. */
  readonly slip: boolean;
}

/** @param n 0 for the first measured visit of the drive; the second unsatisfactory one in a row is a referral. */
export function reading(
  person: { idNo: string; bornOn: CivilDate },
  programme: 'htn' | 't2dm',
  on: CivilDate,
  n: number,
  copied: boolean,
): Reading {
  const drawn = chance('class', person.idNo, programme, n);
  const unsatisfactory = drawn >= 0.8 && !copied;
  const urgent = drawn >= 0.993 && !copied;
  const judged: ReadingClass = urgent ? 'URGENT' : !unsatisfactory ? 'SATISFIED' : n === 0 ? 'ADJUST' : 'REFER';
  const spread = (of: string, from: number, to: number): number =>
    from + Math.floor(chance(of, person.idNo, n) * (to - from + 1));
  const high = ageOn(person.bornOn, on) >= 65 ? 150 : 140;
  const values: Record<string, number> =
    programme === 'htn'
      ? copied
        ? { sbp: 128, dbp: 80 }
        : urgent
          ? { sbp: spread('sbp', 181, 196), dbp: spread('dbp', 96, 109) }
          : unsatisfactory
            ? { sbp: spread('sbp', high + 2, high + 24), dbp: spread('dbp', 78, 92) }
            : { sbp: spread('sbp', 112, 137), dbp: spread('dbp', 66, 86) }
      : {
          fastingGlucose:
            (copied
              ? 60
              : urgent
                ? spread('fpg', 168, 190)
                : unsatisfactory
                  ? spread('fpg', 72, 112)
                  : spread('fpg', 46, 68)) / 10,
        };
  return {
    idNo: person.idNo,
    programme,
    class: judged,
    values,
    slip: !copied && chance('slip', person.idNo, programme, n) < 0.006,
  };
}
