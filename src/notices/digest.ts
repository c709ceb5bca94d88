// src/notices/digest.ts: the one mail a person gets a day: what is due, what is late and where it stands. No patient's name, no illness.
import { type CivilDate, dateOf, type Instant, timeOf } from '../platform/civil.ts';
import { keysOf, type Locale, say } from '../platform/locale.ts';
import type { CallStanding } from '../tasks/store/help.ts';
import type { TaskStanding } from '../tasks/store/lines.ts';
import type { NoticeKind } from './store.ts';

/**
 * Where a task stands in a digest: past its grace (or its ladder has climbed), past due inside it, due before the next working
 * morning, a partner's visit to confirm, opened this morning. In this order, so that what climbed furthest is read first.
 */
export const SECTIONS = ['overdue', 'late', 'due', 'confirm', 'opens'] as const;
export type Section = (typeof SECTIONS)[number];

export interface DigestItem {
  readonly section: Section;
  readonly task: TaskStanding;
}

export interface DigestContent {
  readonly items: readonly DigestItem[];
  /** Calls for help that nobody has answered. */
  readonly calls: readonly CallStanding[];
}

export interface Rendered {
  readonly subject: string;
  readonly text: string;
}

const MOST_LISTED = 30; // items of one mail: what a phone shows in three screens; the rest is behind the link
const MOST_OF_AN_AREA = 3; // the furthest, where the reader answers for several villages

/**
 * The section of a task on a day; null where nothing is to be said of it.
 * @param announced what an item says of it: a step of its ladder is said though its clock stands since, a reminder is not;
 * null where it is only asked how the task stands.
 */
export function sectionOf(
  task: TaskStanding,
  announced: 'climb' | 'due' | 'opens' | 'confirm' | null,
  today: CivilDate,
): Section | null {
  if (!task.open || (task.stopped !== null && announced !== 'climb')) return null;
  if (announced === 'confirm') return 'confirm';
  if (task.dueOn >= today) return announced === 'climb' ? 'overdue' : announced;
  return task.level !== null || task.lateDays > task.grace ? 'overdue' : 'late';
}

/** @param publicUrl where the link leads, no trailing slash. */
export function renderDigest(
  locale: Locale,
  { items, calls }: DigestContent,
  day: CivilDate,
  publicUrl: string,
): Rendered {
  const places = new Map([...calls, ...items.map(({ task }) => task)].map((of) => [of.areaCode, of.areaName]));
  const subject = say(locale, 'notices.digest.subject', {
    day,
    place:
      places.size === 1 ? ([...places.values()][0] ?? '') : say(locale, 'notices.digest.areas', { count: places.size }),
    counts: countsOf(locale, items, calls),
  });
  const many = new Set(items.map(({ task }) => task.areaCode)).size > 1;
  const lines = [
    say(locale, 'notices.digest.opening', { counts: countsOf(locale, items, calls) }),
    ...callLines(locale, calls),
    ...(many ? byArea(locale, items) : byGroup(locale, items)),
    '',
    say(locale, 'notices.digest.link', { url: linkTo(publicUrl, '/') }),
    say(locale, 'notices.digest.closing'),
  ];
  return { subject, text: `${lines.join('\n')}\n` };
}

function countsOf(locale: Locale, items: readonly DigestItem[], calls: readonly CallStanding[]): string {
  const counts = [
    ...(calls.length > 0 ? [say(locale, 'notices.count.help', { count: calls.length })] : []),
    ...SECTIONS.map((section) => ({ section, count: items.filter((item) => item.section === section).length }))
      .filter(({ count }) => count > 0)
      .map(({ section, count }) => say(locale, `notices.count.${section}`, { count })),
  ];
  return counts.join(say(locale, 'notices.comma'));
}

function callLines(locale: Locale, calls: readonly CallStanding[]): string[] {
  if (calls.length === 0) return [];
  const lines = calls
    .toSorted((a, b) => (a.at < b.at ? -1 : 1))
    .slice(0, MOST_LISTED)
    .map(({ areaName, at }) => `  · ${say(locale, 'notices.call', { area: areaName, at: clockTime(at) })}`);
  const more = calls.length - lines.length;
  return [
    '',
    say(locale, 'notices.heading.help', { count: calls.length }),
    ...lines,
    ...(more > 0 ? [`  ${say(locale, 'notices.more', { count: more })}`] : []),
  ];
}

/** One village's tasks: by section, what climbed furthest first, then by 村民小组 and household. */
function byGroup(locale: Locale, items: readonly DigestItem[]): string[] {
  const lines: string[] = [];
  let room = MOST_LISTED;
  for (const section of SECTIONS) {
    const of = items.filter((item) => item.section === section).sort(furthestFirst);
    if (of.length === 0) continue;
    lines.push('', say(locale, `notices.heading.${section}`, { count: of.length }));
    const shown = of.slice(0, room);
    room -= shown.length;
    let group: number | null = null;
    for (const item of shown) {
      const { groupNo } = item.task;
      if (section !== 'overdue' && section !== 'late' && groupNo !== null && groupNo !== group) {
        group = groupNo;
        lines.push(say(locale, 'notices.group', { group }));
      }
      lines.push(`  · ${itemLine(locale, item)}`);
    }
    if (shown.length < of.length) lines.push(`  ${say(locale, 'notices.more', { count: of.length - shown.length })}`);
  }
  return lines;
}

/** Several villages: a count for each, with what climbed furthest there. */
function byArea(locale: Locale, items: readonly DigestItem[]): string[] {
  const areas = [...Map.groupBy(items, ({ task }) => task.areaCode).values()].map((of) => of.toSorted(furthestFirst));
  const sorted = areas.toSorted((a, b) => (a[0] && b[0] ? furthestFirst(a[0], b[0]) || b.length - a.length : 0));
  const lines: string[] = [];
  let room = MOST_LISTED;
  for (const of of sorted.slice(0, MOST_LISTED)) {
    const area = of[0]?.task.areaName ?? '';
    lines.push('', say(locale, 'notices.area', { area, counts: countsOf(locale, of, []) }));
    const furthest = of.slice(0, Math.min(MOST_OF_AN_AREA, room));
    room -= furthest.length;
    for (const item of furthest) lines.push(`  · ${itemLine(locale, item)}`);
  }
  if (sorted.length > MOST_LISTED)
    lines.push('', say(locale, 'notices.more_areas', { count: sorted.length - MOST_LISTED }));
  return lines;
}

function itemLine(locale: Locale, { section, task }: DigestItem): string {
  const what = say(locale, `notices.kind.${task.kind}`);
  const whom = task.registerNo === null ? what : say(locale, 'notices.household', { register: task.registerNo, what });
  const parts = [whom, say(locale, 'notices.due_on', { day: task.dueOn })];
  if (section === 'late') parts.push(say(locale, 'notices.in_grace'));
  if (section === 'overdue') {
    const past = task.lateDays > task.grace;
    const days = task.bounded ? 'notices.overdue_days' : 'notices.overdue_workdays';
    parts.push(past ? say(locale, days, { days: task.lateDays }) : say(locale, 'notices.in_grace'));
    if (task.level !== null) parts.push(say(locale, 'notices.level', { level: task.level }));
  }
  if (task.stopped !== null) parts.push(say(locale, `notices.stopped.${task.stopped}`));
  if (task.noWordSince !== null) parts.push(say(locale, 'notices.no_word', { day: task.noWordSince }));
  return parts.join(say(locale, 'notices.comma'));
}

/** By section; within it the highest level, the most days late, then the place. */
function furthestFirst(a: DigestItem, b: DigestItem): number {
  return (
    SECTIONS.indexOf(a.section) - SECTIONS.indexOf(b.section) ||
    (b.task.level ?? 0) - (a.task.level ?? 0) ||
    b.task.lateDays - a.task.lateDays ||
    bySubject(a, b)
  );
}

function bySubject(a: DigestItem, b: DigestItem): number {
  const left = [a.task.groupNo ?? 0, a.task.registerNo ?? '', a.task.dueOn, a.task.id] as const;
  const right = [b.task.groupNo ?? 0, b.task.registerNo ?? '', b.task.dueOn, b.task.id] as const;
  for (const [n, value] of left.entries()) {
    const other = right[n] ?? '';
    if (value !== other) return value < other ? -1 : 1;
  }
  return 0;
}

/**
 * A notice that is not a digest: the words its writer named in `params.words`, or its room's own for `params.step`.
 * Instants are shown on the county's clock, division codes by their names.
 */
export function renderNotice(
  locale: Locale,
  kind: NoticeKind,
  params: Readonly<Record<string, unknown>>,
  names: ReadonlyMap<string, string>,
  publicUrl: string,
): Rendered {
  const shown: Record<string, string | number> = {};
  for (const [name, value] of Object.entries(params)) {
    if (typeof value === 'number') shown[name] = value;
    if (typeof value === 'string')
      shown[name] = INSTANT.test(value) ? clockTime(value as Instant) : placeName(value, names);
  }
  if (typeof params.areaCode === 'string') shown.town = names.get(params.areaCode.slice(0, 9)) ?? params.areaCode;
  const named = typeof params.words === 'string' ? params.words : `${kind}s.notice.${String(params.step)}`;
  const words = hasWords(locale, named) ? named : 'notices.plain'; // a missing sentence must not hold up the post
  const subject = say(locale, `${words}.subject`, shown);
  const path = typeof params.path === 'string' ? params.path : '/';
  return {
    subject: params.repeat === true ? say(locale, 'notices.repeat', { subject }) : subject,
    text: `${say(locale, `${words}.body`, shown)}\n\n${say(locale, 'notices.digest.link', { url: linkTo(publicUrl, path) })}\n`,
  };
}

/** The page reads its address behind the `#`: the server knows no such paths. */
const linkTo = (publicUrl: string, path: string): string => `${publicUrl}/#${path}`;
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const clockTime = (moment: Instant): string => `${dateOf(moment)} ${timeOf(moment)}`;

/** A village with its town, since village names repeat; anything that is no division as it is. */
function placeName(code: string, names: ReadonlyMap<string, string>): string {
  const name = names.get(code);
  if (name === undefined) return code;
  return code.length === 12 ? (names.get(code.slice(0, 9)) ?? '') + name : name;
}

const hasWords = (locale: Locale, words: string): boolean =>
  [`${words}.subject`, `${words}.body`].every((key) => keysOf(locale).includes(key));
