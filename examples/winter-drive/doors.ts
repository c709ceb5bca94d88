// examples/winter-drive/doors.ts: the registers' rows door by door, as the schedule needs them.
import type { ExampleCounty } from './county.ts';
import type { HouseholdFacts } from './field-work.ts';

/** Every household of the county with its people, in the order of the register. */
export function doorsOf(county: ExampleCounty): readonly HouseholdFacts[] {
  const enrolments = Map.groupBy(county.enrolments, (enrolment) => enrolment.idNo);
  const people = Map.groupBy(county.persons, (person) => person.registerNo);
  return county.households.map((household) => ({
    registerNo: household.registerNo,
    villageCode: household.villageCode,
    group: household.group,
    signed: household.signedOn !== null,
    persons: (people.get(household.registerNo) ?? []).map((person) => ({
      idNo: person.idNo,
      bornOn: person.bornOn,
      planned: person.plan !== null,
      enrolments: (enrolments.get(person.idNo) ?? []).map(({ programme, nextOn }) => ({
        programme,
        nextDueOn: nextOn,
      })),
      awayFrom: person.awayFrom,
      backOn: person.homeFrom,
      leavesOn: person.leavesOn,
    })),
  }));
}
