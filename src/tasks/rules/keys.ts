// src/tasks/rules/keys.ts: the natural keys of what the tasks room writes.
import type { CivilDate } from '../../platform/civil.ts';
import { key } from '../../platform/key.ts';

/** One envelope a person a day. */
export function digestKey(person: string, day: CivilDate): string {
  return key('digest', person, day);
}

/** A campaign's task: one a duty and subject, a side where both sides owe it, a date where it is owed more than once. */
export function dutyTaskKey(
  campaign: string,
  duty: string,
  subject: string,
  side: 'medical' | 'cadre' | null = null,
  date: CivilDate | null = null,
): string {
  return key('duty', campaign, duty, subject, side ?? '-', date ?? '-');
}

/**
 * What a record leads to: the next visit, a referral check, a repeated talk.
 * @param root the first record of a chain of edits (or the enrolment that has no record yet), so a later judgement moves the same task.
 */
export function followTaskKey(root: string, kind: string): string {
  return key('follow', root, kind);
}

/** A blind re-visit of one sampled visit. */
export function revisitTaskKey(sample: string): string {
  return key('revisit', sample);
}

/** Putting a finding right. */
export function rectificationTaskKey(finding: string): string {
  return key('rectify', finding);
}

/** A mail that could not be delivered, for somebody at the county to look into. */
export function deadLetterKey(notice: string): string {
  return key('dead', notice);
}

/** What somebody is told about a call for help: that it was made, that it is urgent, that it was answered. */
export function helpKey(call: string, what: 'call' | 'urgent' | 'answered', person: string): string {
  return key('help', call, what, person);
}
