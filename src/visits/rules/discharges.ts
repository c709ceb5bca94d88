// src/visits/rules/discharges.ts: which open tasks an accepted record closes: those of its own side, at its own door.
import { type Class, TELEPHONE } from '../../followups/protocols/assessment.ts';
import { type CivilDate, dateOf } from '../../platform/civil.ts';
import type { NewRecord, NewVisit } from '../schema.ts';
import type { RecordSide, Subject, TaskFacts, VisitFacts } from './facts.ts';
import { candidates, isJoint, isMeasured, mayDo } from './matching.ts';

/** A task to be closed, in the form the tasks room takes. */
export interface Discharge {
  readonly id: string;
  readonly reason: 'done';
  readonly closedOn: CivilDate;
  readonly detail: string | null;
  readonly closedBy: string;
}

/** Classes that rest on a visit to the person; REJECT and INCOMPLETE leave the task open. */
const CONCLUSIVE: readonly Class[] = ['SATISFIED', 'ADJUST', 'REFER', 'URGENT'];
/** How a task ended that one side of a joint duty closed for both. */
export const SINGLE_SIDE = 'single_side';

/** Who may do what nobody owes at the moment. */
const USUAL: Readonly<Record<NewRecord['kind'], readonly RecordSide[]>> = {
  policy_talk: ['medical', 'cadre'],
  verification: ['medical', 'cadre'],
  contract: ['medical', 'cadre'],
  broadcast: ['medical', 'cadre'],
  not_met: ['medical', 'cadre'],
  htn: ['medical'],
  t2dm: ['medical'],
  referral_check: ['medical'],
  training: ['facility'],
};

/**
 * The side a record speaks for: the recorder's nearest post that owes what it is about; null where no post of hers does.
 * @param about the tasks of its kind and subject.
 */
export function sideFor(
  record: NewRecord,
  sides: readonly RecordSide[],
  about: readonly TaskFacts[],
): RecordSide | null {
  const open = about.filter(({ closedAt }) => closedAt === null);
  const owed = open.length > 0 && !isJoint(record.kind) ? open : about;
  const usual = owed === open ? [] : USUAL[record.kind];
  return sides.find((side) => usual.includes(side) || owed.some((task) => mayDo(task, side))) ?? null;
}

/** @param verdict the class of a measured record. */
export function discharges(
  record: NewRecord,
  subject: Subject,
  visit: NewVisit,
  facts: VisitFacts,
  side: RecordSide,
  verdict: Class | null,
): Discharge[] {
  const closedOn = dateOf(visit.arrivedAt);
  const all = () => candidates(record, subject, visit, facts).filter(({ closedAt }) => closedAt === null);
  const open = () => all().filter((task) => mayDo(task, side));
  const done = (tasks: readonly TaskFacts[], detail: string | null = null): Discharge[] =>
    tasks.map(({ id }) => ({ id, reason: 'done', closedOn, detail, closedBy: record.id }));
  switch (record.kind) {
    case 'policy_talk':
    case 'referral_check':
      return done(open());
    case 'htn':
    case 't2dm':
      return isMeasured(record.kind) &&
        verdict !== null &&
        CONCLUSIVE.includes(verdict) &&
        record.body.mode !== TELEPHONE
        ? done(open())
        : [];
    case 'verification':
    case 'contract': {
      const own = record.kind === 'contract' || hasLinesOf(record.body.lines, side) ? open() : [];
      // A reason given at once closes the other side's task too, as done by one side. Nobody signs or confirms for another.
      const alone = record.singleSideReason !== undefined && (own.length > 0 || subject.superseded !== null);
      const others = alone ? all().filter((task) => !mayDo(task, side)) : [];
      return [...done(own), ...done(others, SINGLE_SIDE)];
    }
    case 'broadcast':
      return done(open().slice(0, 1)); // one broadcast is one of the dates owed: the earliest still open
    case 'training':
      return record.body.attended ? done(open()) : [];
    case 'not_met':
      return []; // a death or a move waits for its decision, and what it would close with it
  }
}

/** What a verification says of one line. */
export interface Line {
  readonly item: string;
  readonly ok: boolean;
  readonly note?: string | undefined;
}

/** A verification is done by a side when its lines are confirmed, or put right in a note. */
export function hasLinesOf(all: readonly Line[], side: RecordSide): boolean {
  const items = side === 'medical' ? ['illness', 'treatment'] : ['reimbursement'];
  return items.every((item) => {
    const lines = all.filter((line) => line.item === item);
    return lines.length > 0 && lines.every((line) => line.ok || Boolean(line.note));
  });
}
