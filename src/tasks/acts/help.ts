// src/tasks/acts/help.ts: asking for help, and answering: neither stops a clock, both tell somebody.

import { leavesAt } from '../../notices/rules.ts';
import { insertNotices, tellInDigest } from '../../notices/store.ts';
import type { AccountActor, Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { dateOf, type Instant } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, Status } from '../../platform/errors.ts';
import { wake, workflowIds } from '../../platform/wake.ts';
import { onDuty } from '../../teams/store/roster.ts';
import { inTheStead, supervisorsOf } from '../../teams/store.ts';
import { helpKey } from '../rules/keys.ts';
import type { AnswerBody, HelpBody } from '../schema.ts';
import * as store from '../store/help.ts';
import { lockTasks } from '../store.ts';

/** Asks for help: it is in the supervisors' next digest and on their list until answered; urgent, it rings whoever is on duty now. */
export async function askHelp(tx: Tx, actor: AccountActor, body: HelpBody, asOf: Instant): Promise<string> {
  const { countyCode, accountId } = actor;
  const areaCode = body.taskId ? await areaOfTask(tx, actor, body.taskId) : body.areaCode;
  if (areaCode === undefined) throw new DomainError(Status.invalid, { code: 'help_nowhere', field: '/areaCode' });
  const call = { taskId: body.taskId ?? null, areaCode, accountId, text: body.text, urgent: body.urgent };
  const id = await store.insertHelp(tx, countyCode, call, asOf);

  const supervisors = await supervising(tx, countyCode, areaCode, asOf);
  const items = supervisors.map((person) => ({
    key: helpKey(id, 'call', person),
    kind: 'help' as const,
    accountId: person,
    areaCode,
    subjectId: id,
  }));
  await tellInDigest(tx, countyCode, items, asOf);
  let rung: readonly string[] = [];
  if (body.urgent) {
    const people = await onDutyFor(tx, countyCode, areaCode, asOf);
    rung = people.length > 0 ? people : supervisors;
    await insertNotices(
      tx,
      countyCode,
      rung.map((person) => ({
        key: helpKey(id, 'urgent', person),
        kind: 'help' as const,
        accountId: person,
        urgent: true,
        subjectId: id,
        params: { words: 'notices.help.urgent', path: '/', area: areaCode, at: asOf },
        availableAt: asOf,
      })),
      asOf,
    );
    await wake(tx, [workflowIds.courier(countyCode)]);
  }
  await audit(tx, actor, asOf, 'help.asked', id, {
    areaCode,
    urgent: body.urgent,
    told: items.length,
    rung: rung.length,
  });
  return id;
}

/** Takes a call off the list and tells whoever asked. */
export async function answerHelp(
  tx: Tx,
  actor: AccountActor,
  id: string,
  { text }: AnswerBody,
  asOf: Instant,
): Promise<void> {
  const { countyCode } = actor;
  const asked = await store.answerHelp(tx, countyCode, id, { accountId: actor.accountId, text: text ?? null }, asOf);
  if (!asked) throw new DomainError(Status.missing, { code: 'help_unknown' });
  const people = await inTheStead(tx, countyCode, [asked.accountId], dateOf(asOf));
  await insertNotices(
    tx,
    countyCode,
    people.map((accountId) => ({
      key: helpKey(id, 'answered', accountId),
      kind: 'help' as const,
      accountId,
      urgent: false,
      subjectId: id,
      params: { words: 'notices.help.answered', path: '/', area: asked.areaCode, at: asOf },
      availableAt: leavesAt(false, asOf),
    })),
    asOf,
  );
  await wake(tx, [workflowIds.courier(countyCode)]);
  await audit(tx, actor, asOf, 'help.answered', id);
}

/** The town's supervisors at work, or the county's where the town has none. */
async function supervising(tx: Tx, countyCode: string, areaCode: string, asOf: Instant): Promise<string[]> {
  const town = areaCode.slice(0, 9);
  const posts = await supervisorsOf(tx, countyCode, town, dateOf(asOf));
  const told = posts.length > 0 ? posts : await supervisorsOf(tx, countyCode, countyCode, dateOf(asOf));
  return [...new Set(told.map(({ accountId }) => accountId))];
}

/** Whoever is on duty for the town, or for the county where nobody is. */
async function onDutyFor(tx: Tx, countyCode: string, areaCode: string, asOf: Instant): Promise<string[]> {
  const town = await onDuty(tx, countyCode, areaCode.slice(0, 9), asOf);
  return town.length > 0 || areaCode.length === 6 ? town : onDuty(tx, countyCode, countyCode, asOf);
}

async function areaOfTask(tx: Tx, actor: Actor, taskId: string): Promise<string> {
  const [task] = await lockTasks(tx, actor.countyCode, [taskId]);
  if (!task) throw new DomainError(Status.missing, { code: 'task_unknown' });
  if (task.closedAt !== null)
    throw new DomainError(Status.conflict, { code: 'task_closed', params: { closedOn: task.closedOn ?? '' } });
  return task.areaCode;
}
