// test/platform/sight.ts: who may see and who may write which row, said a second time and without SQL, from the design alone.

export interface Grant {
  readonly accountId: string;
  readonly role: string;
  readonly areaCode: string;
  readonly fromOn: string;
  readonly toOn: string | null;
}

/** Somebody on a day, acting as `roles` (none: as any that she holds). */
export interface Who {
  readonly accountId: string;
  readonly day: string;
  readonly roles: readonly string[];
}

/** A row, with no more of it than decides who sees it; every one of its columns by its own name. */
export type Row = Readonly<Record<string, unknown>>;

/** What is true of the county, whoever looks. */
export interface Facts {
  readonly grants: readonly Grant[];
  readonly tasks: readonly Row[];
  readonly households: readonly Row[];
  readonly enrolments: readonly Row[];
  readonly roundStages: readonly Row[];
}

const COUNTY_DIGITS = 6;
export const CLINICAL = ['medical', 'facility', 'supervisor'];
const HANDED_TO = ['medical', 'cadre', 'facility'];

/** What one of these people may do: each rule is asked about a row. */
export class Sight {
  private readonly held: readonly Grant[];
  private readonly handed: readonly Row[];
  private readonly who: Who;
  private readonly facts: Facts;
  constructor(who: Who, facts: Facts) {
    this.who = who;
    this.facts = facts;
    this.held = facts.grants.filter(
      (grant) =>
        grant.accountId === who.accountId &&
        grant.fromOn <= who.day &&
        (grant.toOn === null || who.day <= grant.toOn) &&
        (who.roles.length === 0 || who.roles.includes(grant.role)),
    );
    this.handed = facts.tasks.filter((task) => task.handed_on !== null && task.closed_at === null && task.household_id);
  }
  /** Whether she holds one of these roles (none named: any) over this area. */
  covers(area: unknown, roles: readonly string[] = []): boolean {
    return this.held.some(
      ({ role, areaCode }) => String(area).startsWith(areaCode) && (roles.length === 0 || roles.includes(role)),
    );
  }
  holds(...roles: string[]): boolean {
    return this.held.some(({ role }) => roles.includes(role));
  }
  ofTheWholeCounty(...roles: string[]): boolean {
    return this.held.some(({ role, areaCode }) => areaCode.length === COUNTY_DIGITS && roles.includes(role));
  }
  mine(row: Row): boolean {
    return row.account_id === this.who.accountId;
  }
  /** A task of this household was handed to a team of hers, and is open. */
  handedHousehold(household: unknown): boolean {
    return this.handed.some((task) => task.household_id === household && this.covers(task.area_code, HANDED_TO));
  }
  /** What follows a task handed to her is the household's own village's again. */
  followsAtHome(row: Row): boolean {
    const home = this.facts.households.find(({ id }) => id === row.household_id);
    return this.handedHousehold(row.household_id) && home?.village_code === row.area_code;
  }
  handedPatient(person: unknown): boolean {
    return this.handed.some(
      (task) => task.person_id === person && this.covers(task.area_code, ['medical', 'facility']),
    );
  }
  patientOf(enrolment: unknown): unknown {
    return this.facts.enrolments.find(({ id }) => id === enrolment)?.person_id;
  }
  answered(round: unknown): boolean {
    return this.facts.roundStages.some((stage) => stage.round_id === round && stage.stage === 'answered');
  }
}

type Rule = (sight: Sight, row: Row) => boolean;
export interface Table {
  /** The column that says which area a row belongs to, where one decides. */
  readonly area?: 'area_code' | 'village_code';
  readonly sees: Rule;
  /** Who may add such a row; left out, whoever would see it by its area or as her own; null, nobody. */
  readonly adds?: Rule | null;
  /** Who may change it; left out, nobody may. */
  readonly changes?: Rule;
}

const inArea = (area: 'area_code' | 'village_code', roles: readonly string[] = []): Rule => {
  return (sight, row) => sight.covers(row[area], roles);
};
const here = inArea('area_code');
const inVillage = inArea('village_code');
const patients = inArea('area_code', CLINICAL);
const villagePatients = inArea('village_code', CLINICAL);
const own: Rule = (sight, row) => sight.mine(row);
const ownOrOverseer: Rule = (sight, row) => sight.mine(row) || sight.ofTheWholeCounty('planner', 'admin');
const overseers: Rule = (sight) => sight.ofTheWholeCounty('planner', 'admin');
const theCounty: Rule = () => true;
const review: Rule = (sight, row) => sight.mine(row) && row.filing === 'review';
const recordHere: Rule = (sight, row) =>
  here(sight, row) && (row.clinical !== true || patients(sight, row) || sight.mine(row));

const kept: Table = { area: 'area_code', sees: here };
const changed: Table = { ...kept, changes: here };
const village: Table = { area: 'village_code', sees: inVillage, adds: inVillage, changes: inVillage };
const clinical: Table = { area: 'area_code', sees: patients };
const shared: Table = { sees: theCounty };
const managed: Table = { ...shared, changes: theCounty };

export const TABLES: Readonly<Record<string, Table>> = {
  household: { ...village, sees: (sight, row) => inVillage(sight, row) || sight.handedHousehold(row.id) },
  person: { ...village, sees: (sight, row) => inVillage(sight, row) || sight.handedHousehold(row.household_id) },
  category_membership: village,
  presence: village,
  contract: village,
  change_request: village,
  task: {
    area: 'area_code',
    sees: (sight, row) => here(sight, row) || sight.handedHousehold(row.household_id),
    adds: (sight, row) => here(sight, row) || sight.followsAtHome(row),
    changes: here,
  },
  task_move: kept,
  hold: changed,
  escalation: kept,
  acknowledgement: kept,
  help_request: changed,
  area_sweep: changed,
  visit: {
    area: 'area_code',
    sees: (sight, row) => here(sight, row) || sight.mine(row),
    adds: (sight, row) => here(sight, row) || review(sight, row),
  },
  record: {
    area: 'area_code',
    sees: (sight, row) => recordHere(sight, row) || sight.mine(row),
    adds: (sight, row) => recordHere(sight, row) || review(sight, row),
  },
  confirmation: kept,
  clinic_session: changed,
  clinic_stage: kept,
  clinic_staff: kept,
  clinic_sheet: kept,
  clinic_attendance: changed,
  check_result: kept,
  finding: changed,
  rectification: kept,
  sample: kept,
  device: changed,
  measurement: clinical,
  judgement: {
    area: 'area_code',
    sees: (sight, row) => patients(sight, row) || sight.handedPatient(sight.patientOf(row.enrolment_id)),
    adds: patients,
  },
  enrolment: {
    area: 'village_code',
    sees: (sight, row) => villagePatients(sight, row) || sight.handedPatient(row.person_id),
    adds: villagePatients,
    changes: villagePatients,
  },
  personal_plan: { area: 'village_code', sees: villagePatients },
  referral: clinical,
  referral_event: clinical,
  division: managed,
  calendar_day: managed,
  calendar_span: shared,
  outage: shared,
  duty_roster: managed,
  account: managed,
  role_grant: managed,
  team: managed,
  team_member: managed,
  leave: managed,
  campaign: managed,
  campaign_stage: shared,
  approval: shared,
  duty: shared,
  goal: shared,
  waiver: shared,
  round: shared,
  round_stage: shared,
  round_eligible: {
    sees: (sight, row) => sight.holds('supervisor', 'planner', 'admin', 'bureau') || sight.answered(row.round_id),
  },
  seal: shared,
  recurrence: managed,
  import_batch: managed,
  import_row: shared,
  notice: { sees: ownOrOverseer, changes: ownOrOverseer },
  notice_line: { sees: ownOrOverseer, changes: ownOrOverseer },
  delivery: { sees: overseers, changes: overseers },
  preference: { sees: own, changes: own },
  idempotency: { sees: own },
  mailbox: { sees: overseers },
  audit_entry: { sees: overseers, adds: own },
  audit_link: { sees: overseers, adds: null },
};
