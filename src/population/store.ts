// src/population/store.ts: households and their people, as rows of the register.
import type { CivilDate } from '../platform/civil.ts';
import { maybeRow, oneRow, rows, sql, type Tx, written } from '../platform/db.ts';

export interface NewHousehold {
  readonly villageCode: string;
  /** The register's own number, unique in the county. */
  readonly registerNo: string;
  readonly groupNo: number;
  /** Its head's name. */
  readonly name: string;
}

export interface HouseholdRow extends NewHousehold {
  readonly id: string;
  readonly endedOn: CivilDate | null;
}

export interface HouseholdListed extends HouseholdRow {
  readonly people: number;
  /** The latest contract; null where none is signed. */
  readonly signedOn: CivilDate | null;
}

export interface NewPerson {
  readonly householdId: string;
  readonly villageCode: string;
  readonly name: string;
  readonly sex: 'm' | 'f';
  readonly bornOn: CivilDate;
  /** Sealed with the context `person.id_no`; its blind index beside it. */
  readonly idNoEnc?: string | null;
  readonly idNoIndex?: string | null;
  /** Sealed with the context `person.phone`. */
  readonly phoneEnc?: string | null;
}

export interface PersonRow extends NewPerson {
  readonly id: string;
  readonly idNoEnc: string | null;
  readonly phoneEnc: string | null;
  readonly diedOn: CivilDate | null;
  readonly movedOutOn: CivilDate | null;
}

const householdColumns = sql`h.id, h.village_code as "villageCode", h.register_no as "registerNo", h.group_no as "groupNo", h.name, h.ended_on as "endedOn"`;
const listedColumns = sql`${householdColumns},
  (select count(*) from person p where p.county_code = h.county_code and p.household_id = h.id and p.died_on is null and p.moved_out_on is null) as people,
  (select max(c.signed_on) from contract c where c.county_code = h.county_code and c.household_id = h.id) as "signedOn"`;
const personColumns = sql`p.id, p.household_id as "householdId", p.village_code as "villageCode", p.name, p.sex, p.born_on as "bornOn",
  p.id_no_enc as "idNoEnc", p.phone_enc as "phoneEnc", p.died_on as "diedOn", p.moved_out_on as "movedOutOn"`;

/** Adds the households whose numbers are new. @returns those added. */
export async function insertHouseholds(
  tx: Tx,
  countyCode: string,
  households: readonly NewHousehold[],
): Promise<{ id: string; registerNo: string }[]> {
  return rows(
    tx,
    sql<{
      id: string;
      registerNo: string;
    }>`insert into household (county_code, village_code, register_no, group_no, name)
      select ${countyCode}, n."villageCode", n."registerNo", n."groupNo", n.name
      from jsonb_to_recordset(${JSON.stringify(households)}::jsonb)
        as n("villageCode" text, "registerNo" text, "groupNo" integer, name text)
      on conflict do nothing returning id, register_no as "registerNo"`,
  );
}

/** The households with these register numbers. */
export async function householdsNumbered(
  tx: Tx,
  countyCode: string,
  registerNos: readonly string[],
): Promise<HouseholdRow[]> {
  return rows(
    tx,
    sql<HouseholdRow>`select ${householdColumns} from household h
      where h.county_code = ${countyCode} and h.register_no = any(${[...registerNos]}::text[])`,
  );
}

/** A village's households by their numbers, after `after`. */
export async function householdsOf(
  tx: Tx,
  countyCode: string,
  villageCode: string,
  after: string,
  limit: number,
): Promise<HouseholdListed[]> {
  return rows(
    tx,
    sql<HouseholdListed>`select ${listedColumns} from household h
      where h.county_code = ${countyCode} and h.village_code = ${villageCode} and h.register_no > ${after}
      order by h.register_no limit ${limit}`,
  );
}

export async function householdOf(tx: Tx, countyCode: string, id: string): Promise<HouseholdListed | null> {
  return maybeRow(
    tx,
    sql<HouseholdListed>`select ${listedColumns} from household h where h.county_code = ${countyCode} and h.id = ${id}`,
  );
}

/** Households, people and contracts of a village. */
export async function villageCounts(
  tx: Tx,
  countyCode: string,
  villageCode: string,
): Promise<{ readonly households: number; readonly people: number; readonly signed: number }> {
  return oneRow(
    tx,
    sql<{ households: number; people: number; signed: number }>`select
      (select count(*) from household h where h.county_code = ${countyCode} and h.village_code = ${villageCode} and h.ended_on is null) as households,
      (select count(*) from person p where p.county_code = ${countyCode} and p.village_code = ${villageCode}
        and p.died_on is null and p.moved_out_on is null) as people,
      (select count(distinct c.household_id) from contract c where c.county_code = ${countyCode} and c.village_code = ${villageCode} and c.signed_on is not null) as signed`,
  );
}

/** Adds the people whose ID numbers are new. @returns those added. */
export async function insertPersons(
  tx: Tx,
  countyCode: string,
  persons: readonly NewPerson[],
): Promise<{ id: string; idNoIndex: string | null; villageCode: string }[]> {
  return rows(
    tx,
    sql<{ id: string; idNoIndex: string | null; villageCode: string }>`
      insert into person (county_code, household_id, village_code, name, sex, born_on, id_no_enc, id_no_index, phone_enc)
      select ${countyCode}, n."householdId", n."villageCode", n.name, n.sex, n."bornOn", n."idNoEnc", n."idNoIndex", n."phoneEnc"
      from jsonb_to_recordset(${JSON.stringify(persons)}::jsonb) as n("householdId" uuid, "villageCode" text, name text, sex text,
        "bornOn" date, "idNoEnc" text, "idNoIndex" text, "phoneEnc" text)
      on conflict do nothing returning id, id_no_index as "idNoIndex", village_code as "villageCode"`,
  );
}

/** The people behind these blind indexes. */
export async function personsIndexed(
  tx: Tx,
  countyCode: string,
  indexes: readonly string[],
): Promise<{ id: string; idNoIndex: string; villageCode: string; householdId: string }[]> {
  return rows(
    tx,
    sql<{ id: string; idNoIndex: string; villageCode: string; householdId: string }>`
      select id, id_no_index as "idNoIndex", village_code as "villageCode", household_id as "householdId" from person
      where county_code = ${countyCode} and id_no_index = any(${[...indexes]}::text[])`,
  );
}

/** The people of a household, oldest first. */
export async function personsOf(tx: Tx, countyCode: string, householdId: string): Promise<PersonRow[]> {
  return rows(
    tx,
    sql<PersonRow>`select ${personColumns} from person p
      where p.county_code = ${countyCode} and p.household_id = ${householdId} order by p.born_on, p.id`,
  );
}

export interface NewContract {
  readonly villageCode: string;
  readonly householdId: string;
  readonly signedOn: CivilDate;
}

/** Contracts that a register says both of the village's teams signed; a village that lacks one signs nothing. @returns how many were new. */
export async function insertContracts(tx: Tx, countyCode: string, contracts: readonly NewContract[]): Promise<number> {
  return written(
    tx,
    sql`insert into contract (county_code, village_code, household_id, medical_on, medical_team_id, cadre_on, cadre_team_id)
      select ${countyCode}, n."villageCode", n."householdId", n."signedOn", medical.id, n."signedOn", cadre.id
      from jsonb_to_recordset(${JSON.stringify(contracts)}::jsonb) as n("villageCode" text, "householdId" uuid, "signedOn" date)
      join team medical on medical.county_code = ${countyCode} and medical.area_code = n."villageCode" and medical.side = 'medical' and medical.to_on is null
      join team cadre on cadre.county_code = ${countyCode} and cadre.area_code = n."villageCode" and cadre.side = 'cadre' and cadre.to_on is null
      on conflict do nothing`,
  );
}
