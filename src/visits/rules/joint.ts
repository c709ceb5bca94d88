// src/visits/rules/joint.ts: how the second side of a joint duty comes in: by its own word within three days, or as done by one side.
import { type CivilDate, plusDays } from '../../platform/civil.ts';
import type { JointSide, PostOn } from './facts.ts';

const SILENT_DAYS = 3; // whole days after the one on which the record came in: the other side has a digest on each

/** The last day on which the other side may confirm what came in on `recordedOn`; after it the duty was done by one side. */
const confirmBy = (recordedOn: CivilDate): CivilDate => plusDays(recordedOn, SILENT_DAYS);

/** What came in before this day, and has not been confirmed, was done by one side. */
export const silentBefore = (today: CivilDate): CivilDate => plusDays(today, -SILENT_DAYS);

export const otherSide = (side: JointSide): JointSide => (side === 'medical' ? 'cadre' : 'medical');

export type ConfirmRefusal = 'confirm_own_visit' | 'confirm_not_in_post' | 'confirm_not_partner' | 'confirm_too_late';

/** Why this account cannot confirm a visit's joint records for the other side, or null. */
export function refusedConfirmation(
  visit: {
    readonly accountId: string;
    readonly partnerId: string | null;
    readonly recordedOn: CivilDate;
    readonly sides: readonly JointSide[];
  },
  accountId: string,
  post: PostOn,
  partner: PostOn | null,
  today: CivilDate,
): ConfirmRefusal | null {
  if (visit.accountId === accountId) return 'confirm_own_visit';
  const stands = (at: PostOn | null) =>
    at !== null && at.reason === null && visit.sides.some((side) => at.sides.includes(otherSide(side)));
  if (!stands(post)) return 'confirm_not_in_post';
  // Whoever was named and could confirm, does; a name of the same side or of another village names nobody.
  if (visit.partnerId !== null && visit.partnerId !== accountId && stands(partner)) return 'confirm_not_partner';
  return today > confirmBy(visit.recordedOn) ? 'confirm_too_late' : null;
}
