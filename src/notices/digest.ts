// src/notices/digest.ts: the one mail a person gets a day: what is due, what is late and where it stands. No patient's name, no illness.
import { type CivilDate, dateOf, type Instant, timeOf } from '../platform/civil.ts';
import { keysOf, type Locale, say } from '../platform/locale.ts';
import type { TaskStanding } from '../tasks/store/lines.ts';
import type { NoticeKind } from './store.ts';

/** Why a task stands in a digest: it is due, it opens, its ladder climbed this morning, or it was told before and is still late. */
export type Moment = 'due' | 'opens' | 'climb' | 'standing';

export interface DigestItem {
  readonly moment: Moment;
  /** The rung, for `climb` and `standing`. */
  readonly level: number | null;
  /** The town asks for a call first: the area's phones have not been heard of since before the due date. */
  readonly task: TaskStanding;
}

export interface Rendered {
  readonly subject: string;
  readonly text: string;
}

const MOST_LISTED = 30; // items of one mail: what a phone shows in three screens; the rest is behind the link
const MOST_OF_AN_AREA = 3; // the oldest, where the reader answers for several villages
const ORDER: readonly Moment[] = ['due', 'climb', 'standing', 'opens'];

/** @param publicUrl where the link leads, no trailing slash. */
export function renderDigest(
  locale: Locale,
  items: readonly DigestItem[],
  day: CivilDate,
  publicUrl: string,
): Rendered {
  const count = (moment: Moment) => items.filter((item) => item.moment === moment).length;
  const late = count('climb') + count('standing');
  const areas = new Set(items.map(({ task }) => task.areaCode));
  const parts = ORDER.filter((moment) => count(moment) > 0).map((moment) =>
    say(locale, `notices.count.${moment}`, { count: count(moment) }),
  );
  const subject = say(locale, 'notices.digest.subject', {
    day,
    due: count('due'),
    late,
    opens: count('opens'),
    place:
      areas.size === 1 ? (items[0]?.task.areaName ?? '') : say(locale, 'notices.digest.areas', { count: areas.size }),
  });
  const body = areas.size > 1 ? byArea(locale, items) : byGroup(locale, items);
  const lines = [
    say(locale, 'notices.digest.opening', { counts: parts.join(say(locale, 'notices.comma')) }),
    ...body,
    '',
    say(locale, 'notices.digest.link', { url: linkTo(publicUrl, '/') }),
    say(locale, 'notices.digest.closing'),
  ];
  return { subject, text: `${lines.join('\n')}\n` };
}

/** One village's tasks: by what they ask, then by 村民小组 and household. */
function byGroup(locale: Locale, items: readonly DigestItem[]): string[] {
  const lines: string[] = [];
  let room = MOST_LISTED;
  for (const moment of ORDER) {
    const of = items.filter((item) => item.moment === moment).sort(bySubject);
    if (of.length === 0) continue;
    lines.push('', say(locale, `notices.heading.${moment}`, { count: of.length }));
    const shown = of.slice(0, room);
    room -= shown.length;
    let group: number | null = null;
    for (const item of shown) {
      if (item.task.groupNo !== null && item.task.groupNo !== group) {
        group = item.task.groupNo;
        lines.push(say(locale, 'notices.group', { group }));
      }
      lines.push(`  · ${itemLine(locale, item)}`);
    }
    if (shown.length < of.length) lines.push(`  ${say(locale, 'notices.more', { count: of.length - shown.length })}`);
  }
  return lines;
}

/** Several villages: a count for each, with its oldest. */
function byArea(locale: Locale, items: readonly DigestItem[]): string[] {
  const areas = new Map<string, DigestItem[]>();
  for (const item of items) areas.set(item.task.areaCode, [...(areas.get(item.task.areaCode) ?? []), item]);
  const worst = (of: readonly DigestItem[]) => Math.max(...of.map(({ task }) => task.lateDays));
  const sorted = [...areas.values()].sort(
    (a, b) =>
      worst(b) - worst(a) ||
      b.length - a.length ||
      ((a[0]?.task.areaCode ?? '') < (b[0]?.task.areaCode ?? '') ? -1 : 1),
  );
  const lines: string[] = [];
  let room = MOST_LISTED;
  for (const of of sorted.slice(0, MOST_LISTED)) {
    const late = of.filter(({ moment }) => moment === 'climb' || moment === 'standing');
    const counts = ORDER.map((moment) => ({ moment, count: of.filter((item) => item.moment === moment).length }))
      .filter(({ count }) => count > 0)
      .map(({ moment, count }) => say(locale, `notices.count.${moment}`, { count }));
    lines.push(
      '',
      say(locale, 'notices.area', {
        area: of[0]?.task.areaName ?? '',
        counts: counts.join(say(locale, 'notices.comma')),
      }),
    );
    const oldest = (late.length > 0 ? late : of)
      .toSorted((a, b) => b.task.lateDays - a.task.lateDays || bySubject(a, b))
      .slice(0, Math.min(MOST_OF_AN_AREA, room));
    room -= oldest.length;
    for (const item of oldest) lines.push(`  · ${itemLine(locale, item)}`);
  }
  if (sorted.length > MOST_LISTED)
    lines.push('', say(locale, 'notices.more_areas', { count: sorted.length - MOST_LISTED }));
  return lines;
}

function itemLine(locale: Locale, { moment, level, task }: DigestItem): string {
  const what = say(locale, `notices.kind.${task.kind}`);
  const whom = task.registerNo === null ? what : say(locale, 'notices.household', { register: task.registerNo, what });
  const due = say(locale, 'notices.due_on', { day: task.dueOn });
  if (moment === 'due' || moment === 'opens') return `${whom}${say(locale, 'notices.comma')}${due}`;
  const where = say(locale, 'notices.stands', { days: task.lateDays, level: level ?? 1 });
  return [whom, due, where].join(say(locale, 'notices.comma'));
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
