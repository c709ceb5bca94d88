// src/visits/rules/facts.ts: what must be known of a stop before anything is decided about it.
import type { JudgedVisit } from '../../followups/rules.ts';
import type { CivilDate, Instant } from '../../platform/civil.ts';
import type { TaskRow } from '../../tasks/store.ts';

export type JointSide = 'medical' | 'cadre';
export type RecordSide = JointSide | 'facility';

/** A role, or a place in a team, over an area and a time. */
export interface Standing {
  readonly accountId: string;
  readonly areaCode: string;
  /** Null for a role that is of no side. */
  readonly side: RecordSide | null;
  readonly clinical: boolean;
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate | null;
}

export interface HouseholdFacts {
  readonly id: string;
  readonly villageCode: string;
  readonly endedOn: CivilDate | null;
}

export interface PersonFacts {
  readonly id: string;
  readonly householdId: string;
  readonly villageCode: string;
  readonly bornOn: CivilDate;
  readonly diedOn: CivilDate | null;
  readonly movedOutOn: CivilDate | null;
}

export interface EnrolmentFacts {
  readonly id: string;
  readonly personId: string;
  readonly programme: string;
  readonly toOn: CivilDate | null;
}

/** A task that a record of this visit may be about, open or closed. */
export interface TaskFacts
  extends Pick<
    TaskRow,
    | 'id'
    | 'sourceKey'
    | 'campaignId'
    | 'dutyKey'
    | 'kind'
    | 'subject'
    | 'subjectId'
    | 'areaCode'
    | 'householdId'
    | 'personId'
    | 'enrolmentId'
    | 'side'
    | 'opensOn'
    | 'dueOn'
    | 'cycle'
    | 'closedAt'
    | 'closedOn'
    | 'closeReason'
    | 'closedBy'
  > {
  /** The last day of its campaign's window; null for routine. */
  readonly windowTo: CivilDate | null;
  /** The latest stage of its campaign; null for routine and where the claim has ended. */
  readonly stage: string | null;
}

/** A record that one of this visit corrects. */
export interface Superseded {
  readonly id: string;
  readonly kind: string;
  readonly rootId: string;
  /** Every record of the chain, whichever closed the task. */
  readonly chain: readonly string[];
  readonly householdId: string | null;
  readonly personId: string | null;
  readonly enrolmentId: string | null;
  readonly taskId: string | null;
  /** Somebody corrected it before. */
  readonly corrected: boolean;
}

export interface VisitFacts {
  /** Roles and team places of the recorder, of all times. */
  readonly roles: readonly Standing[];
  readonly posts: readonly Standing[];
  /** This visit's id, where another one has it, and the records' ids that another visit has used, in any village. */
  readonly taken: readonly string[];
  readonly households: readonly HouseholdFacts[];
  readonly persons: readonly PersonFacts[];
  readonly enrolments: readonly EnrolmentFacts[];
  readonly tasks: readonly TaskFacts[];
  readonly superseded: readonly Superseded[];
  readonly judged: readonly JudgedRecord[];
}

/** An accepted measured record of an enrolment, as it was last judged; what an edit replaced is not among them. */
export interface JudgedRecord extends JudgedVisit {
  readonly id: string;
  readonly rootId: string;
  readonly visitHash: string;
  readonly enrolmentId: string;
  readonly personId: string;
  readonly occurredAt: Instant;
  readonly referral: string | null;
  readonly nextDueOn: CivilDate | null;
  readonly body: Readonly<Record<string, unknown>>;
}

/** A duty of a running campaign that takes over a programme's follow-ups. */
export interface AdoptingDuty {
  readonly campaignId: string;
  readonly dutyKey: string;
  readonly programme: string;
  readonly windowFrom: CivilDate;
  readonly windowTo: CivilDate;
  /** Codes the campaign covers. */
  readonly areas: readonly string[];
}

/** Whom and what a record is about, as far as its ids lead to rows the recorder may see. */
export interface Subject {
  readonly household: HouseholdFacts | null;
  readonly person: PersonFacts | null;
  readonly enrolment: EnrolmentFacts | null;
  readonly task: TaskFacts | null;
  readonly superseded: Superseded | null;
}

/** In post with the sides and rights held there, the nearest post first, or why not. */
export type PostOn =
  | { readonly reason: null; readonly sides: readonly RecordSide[]; readonly clinical: boolean }
  | { readonly reason: 'not_in_post' | 'other_area' };
