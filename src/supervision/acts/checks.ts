// src/supervision/acts/checks.ts: a checklist at a team, a re-visit of a recorded visit, and putting a finding right.
import { coversArea, SUPERVISING } from '../../access/store.ts';
import { dueAfter } from '../../places/rules.ts';
import { loadCalendar } from '../../places/store.ts';
import type { AccountActor, Actor } from '../../platform/actor.ts';
import { audit } from '../../platform/audit.ts';
import { type CivilDate, dateOf, type Instant, plusMinutes } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { DomainError, Status } from '../../platform/errors.ts';
import { wake, workflowIds } from '../../platform/wake.ts';
import { rectificationTaskKey } from '../../tasks/rules/keys.ts';
import { closeTasks, insertTasks, lockTasks } from '../../tasks/store.ts';
import { leadsOf, membersOf, teamOf } from '../../teams/store.ts';
import type { Checklist, CheckReply, PutRight, Revisit } from '../schema.ts';
import * as store from '../store/checks.ts';
import { openSampleOf, recordOfTask } from '../store/rounds.ts';

const CLOCK_SLACK = 10; // min: two phones at one door differ by a few
const PUT_RIGHT_WORKDAYS = 5; // a working week, where the supervisor names no day

type TeamSide = 'medical' | 'cadre' | 'facility';

/** Who answers for a team: its lead at work on the day; a stand-in while she is on leave. @throws DomainError 409 `team_without_lead`. */
async function leadOf(
  tx: Tx,
  actor: Actor,
  team: { areaCode: string; side: TeamSide },
  asOf: Instant,
): Promise<string> {
  const [lead] = await leadsOf(tx, actor.countyCode, team.areaCode, [team.side], dateOf(asOf));
  if (!lead) throw new DomainError(Status.conflict, { code: 'team_without_lead', params: { area: team.areaCode } });
  return lead.accountId;
}

/** Nobody checks the work of a team she is of. @throws DomainError 403 `check_own_team`. */
async function notOfTeams(
  tx: Tx,
  actor: AccountActor,
  teamIds: readonly string[],
  field: string,
  day: CivilDate,
): Promise<void> {
  const members = await membersOf(tx, actor.countyCode, teamIds, day);
  if (members.some(({ accountId }) => accountId === actor.accountId))
    throw new DomainError(Status.forbidden, { code: 'check_own_team', field });
}

/** @throws DomainError 422 `check_from_the_future`. */
function checkMoment(occurredAt: Instant, asOf: Instant): Instant {
  if (occurredAt > asOf) throw new DomainError(Status.invalid, { code: 'check_from_the_future', field: '/occurredAt' });
  return occurredAt;
}

/** Writes findings with a task each, minded by the agenda of the checked team's area and owed by the owner's team. */
async function raise(
  tx: Tx,
  actor: AccountActor,
  of: { checkId: string; areaCode: string; side: TeamSide },
  findings: readonly store.NewFinding[],
  asOf: Instant,
): Promise<string[]> {
  const raised = await store.insertFindings(tx, actor.countyCode, { ...of, raisedBy: actor.accountId }, findings);
  if (raised.length === 0) return [];
  const today = dateOf(asOf);
  const tasks = [];
  for (const { id, code } of raised) {
    const finding = findings.find((one) => one.code === code);
    if (!finding) continue;
    const team = await store.teamOfAccount(tx, actor.countyCode, finding.ownerId, of.areaCode, today);
    const atHome = team?.areaCode === of.areaCode;
    tasks.push({
      sourceKey: rectificationTaskKey(id),
      kind: 'rectification',
      subject: 'finding' as const,
      subjectId: id,
      areaCode: of.areaCode,
      side: team?.side ?? 'facility', // an owner in no team is the town's or the county's
      teamId: atHome ? null : (team?.id ?? null),
      opensOn: today,
      dueOn: finding.dueOn,
    });
  }
  await insertTasks(tx, actor.countyCode, tasks, asOf);
  await store.setFindingTasks(
    tx,
    actor.countyCode,
    raised.map(({ id }) => ({ id, key: rectificationTaskKey(id) })),
  );
  await wake(tx, [workflowIds.agenda(of.areaCode)]);
  return raised.map(({ id }) => id);
}

/** Records a checklist visit to a team; what is not met becomes findings. The checker is not of the team. */
export async function recordChecklist(
  tx: Tx,
  actor: AccountActor,
  visit: Checklist,
  asOf: Instant,
): Promise<CheckReply> {
  const team = await teamOf(tx, actor.countyCode, visit.teamId);
  if (!team) throw new DomainError(Status.missing, { code: 'team_unknown', field: '/teamId' });
  if (!(await coversArea(tx, actor, team.areaCode)))
    throw new DomainError(Status.forbidden, { code: 'check_other_area', field: '/teamId' });
  const today = dateOf(asOf);
  await notOfTeams(tx, actor, [team.id], '/teamId', today);
  const dueOn = dueAfter(today, PUT_RIGHT_WORKDAYS, await loadCalendar(tx, actor.countyCode));

  const unmet: store.NewFinding[] = [];
  for (const [n, item] of visit.items.entries()) {
    if (item.met) continue;
    if (item.text == null)
      throw new DomainError(Status.invalid, { code: 'finding_without_words', field: `/items/${n}/text` });
    if (item.dueOn != null && item.dueOn < today)
      throw new DomainError(Status.invalid, { code: 'finding_due_past', field: `/items/${n}/dueOn` });
    const ownerId = item.ownerId ?? (await leadOf(tx, actor, team, asOf));
    if (ownerId === actor.accountId)
      throw new DomainError(Status.invalid, { code: 'finding_own', field: `/items/${n}/ownerId` });
    if (item.ownerId != null && !(await store.isInPost(tx, actor.countyCode, ownerId, team.areaCode, today)))
      throw new DomainError(Status.invalid, { code: 'finding_owner_unknown', field: `/items/${n}/ownerId` });
    unmet.push({ code: item.code, text: item.text, ownerId, dueOn: item.dueOn ?? dueOn });
  }
  const checkId = await store.insertCheck(
    tx,
    actor.countyCode,
    {
      kind: 'checklist',
      areaCode: team.areaCode,
      teamId: team.id,
      checkedBy: actor.accountId,
      occurredAt: checkMoment(visit.occurredAt, asOf),
      items: visit.items.map(({ code, met }) => ({ code, met })),
      note: visit.note ?? null,
    },
    asOf,
  );
  const findings = await raise(tx, actor, { checkId, areaCode: team.areaCode, side: team.side }, unmet, asOf);
  await audit(tx, actor, asOf, 'check.checklist', checkId, {
    areaCode: team.areaCode,
    items: visit.items.length,
    findings: findings.length,
  });
  return { checkId, findings };
}

/**
 * Confirms or refutes a recorded visit. The checker was not there; a sampled visit's task is closed; a refuted one is a
 * finding. Of two re-visits the later one counts. @throws DomainError 422 `check_before_visit`, `check_from_the_future`.
 */
export async function recordRevisit(tx: Tx, actor: AccountActor, revisit: Revisit, asOf: Instant): Promise<CheckReply> {
  const recordId = revisit.taskId
    ? await recordOfTask(tx, actor.countyCode, revisit.taskId)
    : (revisit.recordId ?? null);
  const record = recordId === null ? null : await store.recordOf(tx, actor.countyCode, recordId);
  if (!record) throw new DomainError(Status.missing, { code: 'record_unknown', field: '/recordId' });
  if ([record.accountId, record.partnerId].includes(actor.accountId))
    throw new DomainError(Status.forbidden, { code: 'check_own_visit', field: '/recordId' });
  await notOfTeams(tx, actor, await store.teamsOf(tx, actor.countyCode, record), '/recordId', dateOf(asOf));
  const sample = await openSampleOf(tx, actor.countyCode, record.id, revisit.taskId ?? null);
  if (sample) await lockTasks(tx, actor.countyCode, [sample.taskId]);
  const occurredAt = checkMoment(revisit.occurredAt, asOf);
  if (plusMinutes(occurredAt, CLOCK_SLACK) < record.occurredAt)
    throw new DomainError(Status.invalid, { code: 'check_before_visit', field: '/occurredAt' });
  const checkId = await store.insertCheck(
    tx,
    actor.countyCode,
    {
      kind: 'revisit',
      areaCode: record.areaCode.slice(0, 9), // the town's: the team that is checked does not read it
      recordId: record.id,
      roundId: sample?.roundId ?? null,
      checkedBy: actor.accountId,
      occurredAt,
      verdict: revisit.verdict,
      note: revisit.note ?? null,
    },
    asOf,
  );
  if (sample) {
    await closeTasks(
      tx,
      actor.countyCode,
      [{ id: sample.taskId, reason: 'done', closedOn: dateOf(occurredAt), closedBy: checkId }],
      asOf,
    );
    await wake(tx, [workflowIds.round(sample.roundId)]);
  }
  const findings: string[] = [];
  if (revisit.verdict === 'refuted' && revisit.note != null) {
    const side = record.side ?? 'medical';
    const ownerId = await leadOf(tx, actor, { areaCode: record.areaCode, side }, asOf);
    if (ownerId === actor.accountId)
      throw new DomainError(Status.forbidden, { code: 'finding_own', field: '/verdict' });
    const dueOn = dueAfter(dateOf(asOf), PUT_RIGHT_WORKDAYS, await loadCalendar(tx, actor.countyCode));
    const refuted = { code: 'refuted', text: revisit.note, ownerId, dueOn };
    findings.push(...(await raise(tx, actor, { checkId, areaCode: record.areaCode, side }, [refuted], asOf)));
  }
  await audit(tx, actor, asOf, 'check.revisit', checkId, { recordId: record.id, verdict: revisit.verdict });
  return { checkId, findings };
}

/** Puts a finding right, with a proof; its task is done by the finding. Whoever raised it is not the one. @throws DomainError 409 `finding_put_right` the second time. */
export async function putRight(
  tx: Tx,
  actor: AccountActor,
  id: string,
  { proof }: PutRight,
  asOf: Instant,
): Promise<void> {
  const finding = await store.findingOf(tx, actor.countyCode, id);
  if (!finding) throw new DomainError(Status.missing, { code: 'finding_unknown', field: '/id' });
  if (finding.ownerId !== actor.accountId && !(await coversArea(tx, actor, finding.areaCode, SUPERVISING)))
    throw new DomainError(Status.forbidden, { code: 'finding_of_another', field: '/id' });
  if (finding.raisedBy === actor.accountId)
    throw new DomainError(Status.forbidden, { code: 'finding_own', field: '/id' });
  if (finding.taskId) await lockTasks(tx, actor.countyCode, [finding.taskId]);
  if (!(await store.insertRectification(tx, actor.countyCode, finding, actor.accountId, proof, asOf)))
    throw new DomainError(Status.conflict, { code: 'finding_put_right' });
  if (finding.taskId)
    await closeTasks(
      tx,
      actor.countyCode,
      [{ id: finding.taskId, reason: 'done', closedOn: dateOf(asOf), closedBy: id }],
      asOf,
    );
  await audit(tx, actor, asOf, 'finding.put_right', id, { areaCode: finding.areaCode });
}
