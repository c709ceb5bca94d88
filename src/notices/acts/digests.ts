// src/notices/acts/digests.ts: what each digest says at the moment it leaves: every task once, where it stands now.
import { loadCalendar } from '../../places/store.ts';
import type { Actor } from '../../platform/actor.ts';
import { dateOf, type Instant, plusDays } from '../../platform/civil.ts';
import type { Tx } from '../../platform/db.ts';
import { digestAt } from '../../tasks/rules/sweep-times.ts';
import { unanswered } from '../../tasks/store/help.ts';
import { type Owed, owedBy, standingsOf, type TaskStanding } from '../../tasks/store/lines.ts';
import { type DigestContent, type DigestItem, sectionOf } from '../digest.ts';
import * as store from '../store/items.ts';
import type { ClaimedNotice } from '../store/sending.ts';

/** The content of each digest that has something to say, by its id. Items overtaken by a visit, a move or a hold fall out. */
export async function digestsOf(
  tx: Tx,
  { countyCode }: Actor,
  digests: readonly ClaimedNotice[],
  asOf: Instant,
): Promise<ReadonlyMap<string, DigestContent>> {
  if (digests.length === 0) return new Map();
  const ids = digests.map(({ id }) => id);
  const today = dateOf(asOf);
  const day = asOf >= digestAt(today) ? today : plusDays(today, -1); // by the digests every area has been swept
  const calendar = await loadCalendar(tx, countyCode);

  const items = await store.attachItems(tx, countyCode, ids);
  const people = digests.map(({ accountId }) => accountId);
  const before = await store.toldBefore(tx, countyCode, people, ids, today);
  const owed = await owedBy(tx, countyCode, teamsOf(items), {
    after: calendar.latestWorkday(plusDays(today, -1)),
    today,
    next: calendar.nextWorkday(today),
  });
  const calls = await unanswered(tx, countyCode, subjects(items, 'help'));
  const tasks = [...items, ...before, ...owed].flatMap(({ taskId }) => (taskId === null ? [] : [taskId]));
  const days = { workday: calendar.latestWorkday(day), day, today };
  const standings = await standingsOf(tx, countyCode, [...new Set(tasks)], days);

  const owedOf = Map.groupBy(owed, ({ teamId, areaCode }) => `${teamId} ${areaCode}`);
  const beforeOf = Map.groupBy(before, ({ accountId }) => accountId);
  const itemsOf = Map.groupBy(items, ({ noticeId }) => noticeId);
  const overtaken: string[] = [];
  const contents = new Map<string, DigestContent>();
  for (const digest of digests) {
    const said = new Map<string, DigestItem>(); // one a task
    const called = [];
    const say = (task: TaskStanding | undefined, announced: Announced): boolean => {
      const section = task && sectionOf(task, announced, today);
      if (section && task && said.get(task.id)?.section !== 'confirm') said.set(task.id, { section, task });
      return section != null;
    };
    for (const item of itemsOf.get(digest.id) ?? []) {
      const call = item.kind === 'help' ? calls.get(item.subjectId ?? '') : undefined;
      if (call) called.push(call);
      if (!call && !saysItem(item, standings, owedOf, say)) overtaken.push(item.id);
    }
    if (said.size === 0 && called.length === 0 && digest.params.again !== true) continue;
    for (const { taskId } of beforeOf.get(digest.accountId) ?? [])
      if (!said.has(taskId)) say(standings.get(taskId), null);
    if (said.size > 0 || called.length > 0) contents.set(digest.id, { items: [...said.values()], calls: called });
  }
  await store.overtakeItems(tx, countyCode, overtaken);
  return contents;
}

type Announced = 'climb' | 'due' | 'opens' | 'confirm' | null;
type Say = (task: TaskStanding | undefined, announced: Announced) => boolean;

/** Says an item, if it still holds. @returns whether it does. */
function saysItem(
  item: store.ItemRow,
  standings: ReadonlyMap<string, TaskStanding>,
  owedOf: ReadonlyMap<string, readonly Owed[]>,
  say: Say,
): boolean {
  if (item.kind === 'help') return false;
  if (item.kind === 'owed') {
    const owed = owedOf.get(`${item.subjectId} ${item.areaCode}`) ?? [];
    return owed.map(({ taskId, announced }) => say(standings.get(taskId), announced)).some(Boolean);
  }
  const task = standings.get(item.taskId ?? '');
  if (task?.cycle !== item.cycle) return false;
  return say(task, item.kind);
}

const teamsOf = (items: readonly store.ItemRow[]): { teamId: string; areaCode: string }[] => {
  const pairs = new Map<string, { teamId: string; areaCode: string }>();
  for (const { kind, subjectId, areaCode } of items)
    if (kind === 'owed' && subjectId !== null) pairs.set(`${subjectId} ${areaCode}`, { teamId: subjectId, areaCode });
  return [...pairs.values()];
};

const subjects = (items: readonly store.ItemRow[], kind: store.ItemRow['kind']): string[] => [
  ...new Set(items.flatMap((item) => (item.kind === kind && item.subjectId !== null ? [item.subjectId] : []))),
];
