// src/teams/acts.ts: who is away, who takes over, and who answers the telephone at night.
import { grantRoles } from '../access/acts.ts';
import { accountAreas, coversArea, endGrant, SUPERVISING } from '../access/store.ts';
import type { AccountActor, Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { dateOf, daysBetween, type Instant, plusDays } from '../platform/civil.ts';
import { type Keys, seal } from '../platform/crypto.ts';
import type { Tx } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import type { Role } from '../platform/http/route.ts';
import type { LeaveBody, MemberChangeBody, RosterBody } from './schema.ts';
import { insertRoster } from './store/roster.ts';
import { consentToLeave, endMembership, insertLeave, insertMembers, lockLeave, lockTeam, membersOf } from './store.ts';

async function mustCover(tx: Tx, actor: Actor, areaCode: string, roles?: readonly Role[]): Promise<void> {
  if (!(await coversArea(tx, actor, areaCode, roles)))
    throw new DomainError(Status.forbidden, { code: 'area_not_yours' });
}

const LONGEST_LEAVE = 184; // calendar days: half a year; whoever is away longer hands the post over

/**
 * Somebody is away and somebody else is told in that person's place, once the substitute has consented.
 * @throws DomainError `leave_reversed`, `leave_too_long`, `substitute_is_self`, `account_unknown`, `area_not_yours`, `leave_overlaps`.
 */
export async function takeLeave(tx: Tx, actor: Actor, leave: LeaveBody, asOf: Instant): Promise<{ id: string }> {
  if (leave.toOn < leave.fromOn) throw new DomainError(Status.invalid, { code: 'leave_reversed', field: '/toOn' });
  if (daysBetween(leave.fromOn, leave.toOn) >= LONGEST_LEAVE)
    throw new DomainError(Status.invalid, {
      code: 'leave_too_long',
      field: '/toOn',
      params: { days: LONGEST_LEAVE },
    });
  if (leave.substituteId === leave.accountId)
    throw new DomainError(Status.invalid, { code: 'substitute_is_self', field: '/substituteId' });
  for (const [id, field] of [
    [leave.accountId, '/accountId'],
    [leave.substituteId, '/substituteId'],
  ] as const) {
    const areas = await accountAreas(tx, actor.countyCode, id, dateOf(asOf));
    if (areas.length === 0) throw new DomainError(Status.missing, { code: 'account_unknown', field });
    if (id === leave.accountId && !(actor.kind === 'account' && actor.accountId === id))
      for (const area of areas) await mustCover(tx, actor, area, SUPERVISING);
  }
  const id = await insertLeave(tx, actor.countyCode, leave);
  if (id === null) throw new DomainError(Status.conflict, { code: 'leave_overlaps', field: '/fromOn' });
  await audit(tx, actor, asOf, 'leave.asked', `leave/${id}`, { ...leave });
  return { id };
}

/** The substitute agrees to stand in: from now on the leave holds. @throws DomainError `leave_unknown`, `leave_of_another`. */
export async function consentToStandIn(tx: Tx, actor: AccountActor, id: string, asOf: Instant): Promise<void> {
  const leave = await lockLeave(tx, actor.countyCode, id);
  if (!leave) throw new DomainError(Status.missing, { code: 'leave_unknown' });
  if (leave.substituteId !== actor.accountId)
    throw new DomainError(Status.forbidden, { code: 'leave_consent_of_another' });
  if (leave.consentedAt !== null) return;
  await consentToLeave(tx, actor.countyCode, id, asOf);
  await audit(tx, actor, asOf, 'leave.consented', `leave/${id}`, { accountId: leave.accountId });
}

/**
 * Hand-over as one act: the one leaves the team and its role in the area on the day before the other takes the same post.
 * Open tasks stay where they are: they are owed by the team, not by a person.
 * @throws DomainError `team_not_found`, `area_not_yours`, `member_not_in_team`, `member_already_in_team`, `handover_before_post`, `account_unknown`.
 */
export async function changeMember(
  tx: Tx,
  actor: Actor,
  teamId: string,
  change: MemberChangeBody,
  asOf: Instant,
): Promise<void> {
  const { countyCode } = actor;
  const { leavingId, comingId, source, fromOn } = change;
  const team = await lockTeam(tx, countyCode, teamId);
  if (!team) throw new DomainError(Status.missing, { code: 'team_not_found' });
  await mustCover(tx, actor, team.areaCode);
  if (actor.kind === 'account' && actor.accountId === comingId)
    throw new DomainError(Status.forbidden, { code: 'post_own', field: '/comingId' });
  if (fromOn < dateOf(asOf)) throw new DomainError(Status.invalid, { code: 'handover_before_post', field: '/fromOn' });
  if ((await accountAreas(tx, countyCode, comingId, null)).length === 0)
    throw new DomainError(Status.missing, { code: 'account_unknown', field: '/comingId' });

  const members = await membersOf(tx, countyCode, [teamId], fromOn);
  const leaving = members.find(({ accountId }) => accountId === leavingId);
  if (!leaving) throw new DomainError(Status.invalid, { code: 'member_not_in_team', field: '/leavingId' });
  if (members.some(({ accountId }) => accountId === comingId))
    throw new DomainError(Status.conflict, { code: 'member_already_in_team', field: '/comingId' });
  const lastOn = plusDays(fromOn, -1);
  if (!(await endMembership(tx, countyCode, leaving.id, lastOn)))
    throw new DomainError(Status.invalid, { code: 'handover_before_post', field: '/fromOn' });

  const role = team.side;
  const { areaCode } = team;
  await endGrant(tx, countyCode, { accountId: leavingId, role, areaCode, lastOn });
  await insertMembers(tx, countyCode, [{ teamId, areaCode, accountId: comingId, role: leaving.role, source, fromOn }]);
  await grantRoles(tx, actor, [{ accountId: comingId, role, areaCode, fromOn }], asOf);
  await audit(tx, actor, asOf, 'team.handed_over', `team/${teamId}`, {
    leavingId,
    comingId,
    fromOn,
    role: leaving.role,
  });
}

/**
 * Puts shifts on the roster; all of them or none.
 * @throws DomainError `shift_reversed`, `shift_needs_two`, `area_not_yours`, `shift_overlaps`.
 */
export async function setRoster(
  tx: Tx,
  actor: Actor,
  keys: Keys,
  { shifts }: RosterBody,
  asOf: Instant,
): Promise<{ written: number }> {
  for (const [n, shift] of shifts.entries()) {
    if (shift.toAt <= shift.fromAt)
      throw new DomainError(Status.invalid, { code: 'shift_reversed', field: `/shifts/${n}/toAt` });
    if (shift.firstId === shift.secondId)
      throw new DomainError(Status.invalid, { code: 'shift_needs_two', field: `/shifts/${n}/secondId` });
  }
  for (const area of new Set(shifts.map(({ areaCode }) => areaCode))) await mustCover(tx, actor, area);
  const written = await insertRoster(
    tx,
    actor.countyCode,
    shifts.map(({ phone, ...shift }) => ({ ...shift, phoneEnc: seal(keys, phone, 'duty_roster.phone') })),
  );
  if (written !== shifts.length) throw new DomainError(Status.conflict, { code: 'shift_overlaps' });
  await audit(tx, actor, asOf, 'roster.set', `county/${actor.countyCode}`, { shifts: written });
  return { written };
}
