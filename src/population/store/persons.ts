// src/population/store/persons.ts: what the register says of a person beside her name: category, plan, presence, enrolment.
import type { CivilDate, Instant } from '../../platform/civil.ts';
import { rows, sql, type Tx, written } from '../../platform/db.ts';
import type { Category, PlanClass } from '../rules.ts';

/** The programmes a register may enrol somebody in; the others come with their protocols. */
export type EnrolledProgramme = 'htn' | 't2dm' | 'tb' | 'smi';

interface OfPerson {
  readonly personId: string;
  readonly villageCode: string;
}

export interface NewMembership extends OfPerson {
  readonly category: Category;
  readonly fromOn: CivilDate;
}
export interface NewPlan extends OfPerson {
  readonly class: PlanClass;
  readonly treated: boolean;
  readonly fromOn: CivilDate;
}
/** Of a person, or of everybody of a household. */
export interface NewPresence {
  readonly villageCode: string;
  readonly personId?: string | null;
  readonly householdId?: string | null;
  readonly place: 'home' | 'away';
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate | null;
}
export interface NewEnrolment extends OfPerson {
  readonly programme: EnrolledProgramme;
  readonly fromOn: CivilDate;
}
export interface EnrolmentRow extends NewEnrolment {
  readonly id: string;
}

/** @returns how many were new. */
export async function insertMemberships(
  tx: Tx,
  countyCode: string,
  memberships: readonly NewMembership[],
): Promise<number> {
  return written(
    tx,
    sql`insert into category_membership (county_code, village_code, person_id, category, from_on)
      select ${countyCode}, n."villageCode", n."personId", n.category, n."fromOn"
      from jsonb_to_recordset(${JSON.stringify(memberships)}::jsonb) as n("villageCode" text, "personId" uuid, category text, "fromOn" date)
      on conflict do nothing`,
  );
}

/** First versions of personal plans. @returns how many were new. */
export async function insertPlans(tx: Tx, countyCode: string, plans: readonly NewPlan[]): Promise<number> {
  return written(
    tx,
    sql`insert into personal_plan (county_code, village_code, person_id, class, treated, from_on)
      select ${countyCode}, n."villageCode", n."personId", n.class, n.treated, n."fromOn"
      from jsonb_to_recordset(${JSON.stringify(plans)}::jsonb)
        as n("villageCode" text, "personId" uuid, class text, treated boolean, "fromOn" date)
      on conflict do nothing`,
  );
}

/** Who is home when. The rows have no natural key: they are written once, with the person. @returns how many. */
export async function insertPresence(
  tx: Tx,
  countyCode: string,
  presence: readonly NewPresence[],
  asOf: Instant,
): Promise<number> {
  return written(
    tx,
    sql`insert into presence (county_code, village_code, person_id, household_id, place, from_on, to_on, recorded_at)
      select ${countyCode}, n."villageCode", n."personId", n."householdId", n.place, n."fromOn", n."toOn", ${asOf}::timestamptz
      from jsonb_to_recordset(${JSON.stringify(presence)}::jsonb)
        as n("villageCode" text, "personId" uuid, "householdId" uuid, place text, "fromOn" date, "toOn" date)`,
  );
}

/** Enrols those who have no open enrolment in the programme. @returns those enrolled now. */
export async function insertEnrolments(
  tx: Tx,
  countyCode: string,
  enrolments: readonly NewEnrolment[],
): Promise<EnrolmentRow[]> {
  return rows(
    tx,
    sql<EnrolmentRow>`insert into enrolment (county_code, village_code, person_id, programme, from_on)
      select ${countyCode}, n."villageCode", n."personId", n.programme, n."fromOn"
      from jsonb_to_recordset(${JSON.stringify(enrolments)}::jsonb)
        as n("villageCode" text, "personId" uuid, programme text, "fromOn" date)
      on conflict do nothing
      returning id, village_code as "villageCode", person_id as "personId", programme, from_on as "fromOn"`,
  );
}

/** What is known of a household's people on a day; what the reader may not see is simply not there. */
export interface PersonFacts {
  readonly personId: string;
  readonly categories: readonly string[];
  readonly planClass: PlanClass | null;
  readonly programmes: readonly string[];
  readonly place: 'home' | 'away';
  /** When the present stay (or absence) ends; null when it is open. */
  readonly placeUntil: CivilDate | null;
}

export async function factsOf(tx: Tx, countyCode: string, householdId: string, day: CivilDate): Promise<PersonFacts[]> {
  return rows(
    tx,
    sql<PersonFacts>`select p.id as "personId",
        array(select c.category from category_membership c where c.county_code = p.county_code and c.person_id = p.id
          and daterange(c.from_on, c.to_on, '[]') @> ${day}::date order by 1) as categories,
        (select l.class from personal_plan l where l.county_code = p.county_code and l.person_id = p.id
          order by l.version desc limit 1) as "planClass",
        array(select e.programme from enrolment e where e.county_code = p.county_code and e.person_id = p.id and e.to_on is null
          order by 1) as programmes,
        coalesce(stay.place, 'home') as place, stay.to_on as "placeUntil"
      from person p
      left join lateral (select s.place, s.to_on from presence s where s.county_code = p.county_code
        and (s.person_id = p.id or s.household_id = p.household_id) and daterange(s.from_on, s.to_on, '[]') @> ${day}::date order by s.recorded_at desc, s.id desc limit 1) stay on true
      where p.county_code = ${countyCode} and p.household_id = ${householdId}`,
  );
}
