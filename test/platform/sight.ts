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
  readonly rounds: readonly Row[];
  readonly clinicStaff: readonly Row[];
  readonly roundStages: readonly Row[];
}

const COUNTY_DIGITS = 6;
export const CLINICAL = ['medical', 'facility', 'supervisor'];
const POSTS = ['medical', 'cadre', 'facility'];
const ORGANISERS = ['planner', 'supervisor', 'admin'];

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
    return this.is(row.account_id);
  }
  is(accountId: unknown): boolean {
    return accountId === this.who.accountId;
  }
  /** A task of this household was handed to a team of hers, and is open. */
  handedHousehold(household: unknown): boolean {
    return this.handed.some((task) => task.household_id === household && this.covers(task.area_code, POSTS));
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
  /** Somebody with a post of this day where she organises. */
  inCharge(accountId: unknown): boolean {
    return this.facts.grants.some(
      ({ accountId: whose, areaCode, fromOn, toOn }) =>
        whose === accountId &&
        fromOn <= this.who.day &&
        (toOn === null || this.who.day <= toOn) &&
        this.covers(areaCode, ORGANISERS),
    );
  }
  /** Named for a clinic session, and in a post. */
  serves(session: unknown): boolean {
    return this.held.length > 0 && this.facts.clinicStaff.some((one) => one.session_id === session && this.mine(one));
  }
  areaOfRound(round: unknown): unknown {
    return this.facts.rounds.find(({ id }) => id === round)?.area_code;
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
  /** The one column that is changed at all. */
  readonly column?: string;
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
const organised = inArea('area_code', ORGANISERS);
/** Read by the county, written by the system alone. */
const given: Table = { sees: theCounty, adds: null };
const ofDrive: Table = { sees: theCounty, adds: overseers };
/** Read by the county, written in its area. */
const told: Table = { area: 'area_code', sees: theCounty, adds: here };
const atDesk: Rule = (sight, row) => here(sight, row) || sight.serves(row.session_id);
const inOrder: Table = { area: 'area_code', sees: theCounty, adds: organised };

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
  area_sweep: { ...kept, adds: null },
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
  clinic_session: {
    ...told,
    adds: (sight, row) => atDesk(sight, { ...row, session_id: row.id }),
    changes: (sight, row) => atDesk(sight, { ...row, session_id: row.id }),
  },
  clinic_stage: { ...told, adds: atDesk },
  clinic_staff: told,
  clinic_sheet: told,
  clinic_attendance: { area: 'area_code', sees: atDesk, changes: atDesk },
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
  division: given,
  calendar_day: given,
  calendar_span: given,
  outage: inOrder,
  duty_roster: inOrder,
  account: { ...given, changes: (sight, row) => sight.is(row.id), column: 'locale' },
  role_grant: {
    area: 'area_code',
    sees: theCounty,
    adds: (sight, row) =>
      !sight.mine(row) &&
      (sight.covers(row.area_code, ['admin']) || (POSTS.includes(String(row.role)) && organised(sight, row))),
    changes: (sight, row) =>
      sight.covers(row.area_code, ['admin']) || (POSTS.includes(String(row.role)) && organised(sight, row)),
    column: 'to_on',
  },
  team: { ...inOrder, adds: null, changes: organised, column: 'to_on' },
  team_member: {
    ...inOrder,
    adds: (sight, row) => organised(sight, row) && !sight.mine(row),
    changes: organised,
    column: 'to_on',
  },
  leave: {
    sees: theCounty,
    adds: (sight, row) => row.consented_at === null && (sight.mine(row) || sight.inCharge(row.account_id)),
    changes: (sight, row) => sight.is(row.substitute_id),
    column: 'consented_at',
  },
  campaign: { ...ofDrive, changes: overseers },
  campaign_stage: { sees: theCounty, adds: (sight) => sight.ofTheWholeCounty('planner', 'admin', 'bureau') },
  approval: { sees: theCounty, adds: (sight, row) => sight.mine(row) && sight.ofTheWholeCounty('bureau') },
  duty: ofDrive,
  goal: ofDrive,
  waiver: ofDrive,
  round: { ...inOrder, adds: inArea('area_code', ['supervisor', 'planner']) },
  round_stage: {
    sees: theCounty,
    adds: (sight, row) => sight.covers(sight.areaOfRound(row.round_id), ['supervisor', 'planner']),
  },
  round_eligible: {
    sees: (sight, row) => sight.holds('supervisor', 'planner', 'admin', 'bureau') || sight.answered(row.round_id),
  },
  seal: given,
  recurrence: given,
  import_batch: { sees: overseers, adds: null },
  import_row: { sees: overseers, adds: null },
  notice: { sees: ownOrOverseer, adds: null },
  notice_line: { sees: ownOrOverseer, adds: null },
  delivery: { sees: overseers, adds: null },
  preference: { sees: own, changes: own },
  idempotency: { sees: own },
  mailbox: { sees: overseers, adds: null },
  audit_entry: { sees: overseers, adds: own },
  audit_link: { sees: overseers, adds: null },
};
