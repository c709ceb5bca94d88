// src/tasks/acts.ts: what people do about a task without doing the task: hold, promise, move, hand over.
import { coversArea, SUPERVISING } from '../access/store.ts';
import { windowOf } from '../campaigns/store/campaign.ts';
import { loadCalendar } from '../places/store.ts';
import type { AccountActor, Actor } from '../platform/actor.ts';
import { audit } from '../platform/audit.ts';
import { type CivilDate, dateOf, daysBetween, type Instant } from '../platform/civil.ts';
import type { Tx } from '../platform/db.ts';
import { DomainError, Status } from '../platform/errors.ts';
import { wake, workflowIds } from '../platform/wake.ts';
import { teamOf } from '../teams/store.ts';
import type { HoldBody } from './schema.ts';
import * as store from './store/holds.ts';
import { lockTasks, type TaskRow } from './store.ts';

const FREE_DAYS = 7; // calendar days a task may be held without an approver, all its holds together
const LONGEST_HOLD = 92; // calendar days: a drive's length; longer is a change of the register or of the plan
const LONGEST_PROMISE = 10; // working days from the first promise of a cycle: a promise renewed for ever would be a hold

/** Asks for a hold. A short one on a task, a household or a team is in force at once. */
export async function requestHold(
  tx: Tx,
  actor: AccountActor,
  body: HoldBody,
  asOf: Instant,
): Promise<{ id: string; inForce: boolean }> {
  const { countyCode } = actor;
  const { fromOn, toOn, reason, ...scope } = body;
  if (Object.values(scope).filter((value) => value !== undefined).length !== 1)
    throw new DomainError(Status.invalid, { code: 'hold_scope', field: '/' });
  const days = daysBetween(fromOn, toOn) + 1;
  if (days < 1) throw new DomainError(Status.invalid, { code: 'hold_reversed', field: '/toOn' });
  if (days > LONGEST_HOLD)
    throw new DomainError(Status.invalid, { code: 'hold_too_long', field: '/toOn', params: { days: LONGEST_HOLD } });
  if (toOn < dateOf(asOf)) throw new DomainError(Status.invalid, { code: 'hold_past', field: '/toOn' });
  const areaCode = await store.areaOfScope(tx, countyCode, scope);
  if (areaCode === null) throw new DomainError(Status.missing, { code: 'hold_subject_unknown', field: '/' });

  // What a team may grant itself is short, lies ahead and does not add up: anything else waits for somebody above it.
  const ownToGrant = scope.villageCode === undefined && scope.teamId === undefined && fromOn >= dateOf(asOf);
  const inForce = ownToGrant && (await store.selfGrantedDays(tx, countyCode, scope, body)) <= FREE_DAYS;
  const hold = { ...scope, areaCode, fromOn, toOn, reason, requestedBy: actor.accountId, approved: inForce };
  const id = await store.insertHold(tx, countyCode, hold, asOf);
  await audit(tx, actor, asOf, 'hold.requested', id, { days, inForce });
  if (inForce) await grant(tx, actor, id, asOf);
  return { id, inForce };
}

/** Grants a hold that waits for it. @throws DomainError 403 when the approver asked for it herself. */
export async function approveHold(tx: Tx, actor: AccountActor, id: string, asOf: Instant): Promise<void> {
  const hold = await store.lockHold(tx, actor.countyCode, id);
  if (!hold) throw new DomainError(Status.missing, { code: 'hold_unknown' });
  if (hold.requestedBy === actor.accountId) throw new DomainError(Status.forbidden, { code: 'hold_own' });
  if (hold.liftedAt !== null) throw new DomainError(Status.conflict, { code: 'hold_lifted' });
  if (hold.approvedAt !== null) return;
  await store.approve(tx, actor.countyCode, id, actor.accountId, asOf);
  await audit(tx, actor, asOf, 'hold.approved', id);
  await grant(tx, actor, id, asOf);
}

/** A hold stops the clock of what it covers and changes nothing that was reached; a sweep that is deciding now looks again. */
async function grant(tx: Tx, actor: Actor, id: string, asOf: Instant): Promise<void> {
  const { tasks, areas } = await store.touchCovered(tx, actor.countyCode, id);
  await audit(tx, actor, asOf, 'hold.in_force', id, { tasks });
  await wake(tx, areas.map(workflowIds.agenda));
}

/** Ends a hold early: `liftedOn` is the first day it no longer covers. */
export async function liftHold(
  tx: Tx,
  actor: AccountActor,
  id: string,
  liftedOn: CivilDate | null,
  asOf: Instant,
): Promise<void> {
  const hold = await store.lockHold(tx, actor.countyCode, id);
  if (!hold) throw new DomainError(Status.missing, { code: 'hold_unknown' });
  if (hold.liftedAt !== null) return;
  if (hold.requestedBy !== actor.accountId && !(await coversArea(tx, actor, hold.areaCode, SUPERVISING)))
    throw new DomainError(Status.forbidden, { code: 'hold_of_another' });
  const today = dateOf(asOf);
  const on = liftedOn ?? today;
  if (on < today) throw new DomainError(Status.invalid, { code: 'hold_lift_past', field: '/liftedOn' });
  await store.lift(tx, actor.countyCode, id, on, asOf);
  await audit(tx, actor, asOf, 'hold.lifted', id, { liftedOn: on });
  await wake(tx, (await store.areasCovered(tx, actor.countyCode, id)).map(workflowIds.agenda));
}

/** Promises a day. The climb rests until it has passed; nobody is woken, because nothing comes sooner by it. */
export async function acknowledge(
  tx: Tx,
  actor: AccountActor,
  taskId: string,
  promisedOn: CivilDate,
  asOf: Instant,
): Promise<void> {
  const task = await openTask(tx, actor, taskId);
  const today = dateOf(asOf);
  if (promisedOn < today) throw new DomainError(Status.invalid, { code: 'promise_past', field: '/promisedOn' });
  const first = await store.firstPromise(tx, actor.countyCode, taskId, task.cycle);
  const calendar = await loadCalendar(tx, actor.countyCode);
  const last = calendar.plusWorkdays(first === null ? today : dateOf(first), LONGEST_PROMISE);
  if (promisedOn > last)
    throw new DomainError(Status.invalid, { code: 'promise_too_far', field: '/promisedOn', params: { last } });
  const { cycle, areaCode } = task;
  await store.insertPromise(
    tx,
    actor.countyCode,
    { taskId, cycle, areaCode, accountId: actor.accountId, promisedOn },
    asOf,
  );
  await audit(tx, actor, asOf, 'task.promised', taskId, { promisedOn });
}

/** Moves a due date. A protocol's follow-up is never moved later, a drive's task never past its window. */
export async function moveTask(
  tx: Tx,
  actor: Actor,
  taskId: string,
  dueOn: CivilDate,
  reason: string,
  asOf: Instant,
): Promise<void> {
  const task = await openTask(tx, actor, taskId);
  if (dueOn === task.dueOn) return;
  if (dueOn < dateOf(asOf)) throw new DomainError(Status.invalid, { code: 'move_past', field: '/dueOn' });
  if (task.enrolmentId !== null && dueOn > task.dueOn)
    throw new DomainError(Status.invalid, {
      code: 'move_protocol_later',
      field: '/dueOn',
      params: { dueOn: task.dueOn },
    });
  const end = task.campaignId === null ? null : ((await windowOf(tx, actor.countyCode, task.campaignId))?.to ?? null);
  if (end !== null && dueOn > end && dueOn > task.dueOn)
    throw new DomainError(Status.invalid, { code: 'move_past_window', field: '/dueOn', params: { end } });
  await store.moveDue(tx, actor.countyCode, taskId, dueOn, reason, asOf);
  await audit(tx, actor, asOf, 'task.moved', taskId, { from: task.dueOn, to: dueOn });
  await wake(tx, [workflowIds.agenda(task.areaCode)]);
}

/** Hands a task to another team, in its area or in another. */
export async function transferTask(tx: Tx, actor: Actor, taskId: string, teamId: string, asOf: Instant): Promise<void> {
  const task = await openTask(tx, actor, taskId);
  const team = await teamOf(tx, actor.countyCode, teamId);
  if (!team || (team.toOn !== null && team.toOn < dateOf(asOf)))
    throw new DomainError(Status.missing, { code: 'team_unknown', field: '/teamId' });
  await store.handOver(tx, actor.countyCode, taskId, {
    teamId,
    areaCode: team.areaCode,
    side: team.side,
    on: dateOf(asOf),
  });
  await audit(tx, actor, asOf, 'task.handed_over', taskId, { from: task.areaCode, to: team.areaCode, teamId });
  await wake(tx, [workflowIds.agenda(task.areaCode), workflowIds.agenda(team.areaCode)]);
}

/** Locked until the transaction ends, so that a sweep says nothing of it meanwhile. */
async function openTask(tx: Tx, actor: Actor, taskId: string): Promise<TaskRow> {
  const [task] = await lockTasks(tx, actor.countyCode, [taskId]);
  if (!task) throw new DomainError(Status.missing, { code: 'task_unknown' });
  if (task.closedAt !== null)
    throw new DomainError(Status.conflict, { code: 'task_closed', params: { closedOn: task.closedOn ?? '' } });
  return task;
}
