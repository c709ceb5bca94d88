// src/tasks/rules/done.ts: what a task done counts as: in time, late, entered late, or before its drive.
import { type CivilDate, plusDays } from '../../platform/civil.ts';
import { covers, type Days } from './days.ts';

export const CloseReason = { done: 'done', excused: 'excused', notDone: 'not_done' } as const;
export type CloseReason = (typeof CloseReason)[keyof typeof CloseReason];

export const DoneState = {
  /** Happened in time and recorded in time. */
  done: 'done',
  /** Happened after its due date and whatever grace it has. */
  doneLate: 'done_late',
  /** 补录: recorded too long after it happened for the day to be believed, whichever day it says. */
  lateEntry: 'late_entry',
  /** Happened before the drive's window or its launch: credited, in no goal's numerator. */
  credited: 'credited',
} as const;
export type DoneState = (typeof DoneState)[keyof typeof DoneState];

/** Calendar days between the deed and the book: a phone without signal comes back from its round within them. */
export const ENTRY_DAYS = 3;

export interface DoneFacts {
  /** The day its record reached the book. */
  readonly recordedOn: CivilDate | null;
  /** The first day that counts for its drive: the launch, or the window's first day; null for routine and preparation. */
  readonly countedFrom: CivilDate | null;
  /** Declared outages of its area: days on which nothing could be sent, and which are not counted. */
  readonly outages: readonly Days[];
}

/**
 * `taskState` in standing.ts says the same in SQL; a test holds them together.
 * @param late whether it happened after its due date and whatever grace it has.
 */
export function doneState(facts: DoneFacts, happenedOn: CivilDate, late: boolean): DoneState {
  if (facts.countedFrom !== null && happenedOn < facts.countedFrom) return DoneState.credited;
  if (facts.recordedOn !== null && entryDays(happenedOn, facts.recordedOn, facts.outages) > ENTRY_DAYS)
    return DoneState.lateEntry;
  return late ? DoneState.doneLate : DoneState.done;
}

/** Calendar days from a deed to its record on which it could have been sent. */
export function entryDays(happenedOn: CivilDate, recordedOn: CivilDate, outages: readonly Days[]): number {
  let days = 0;
  for (let day = plusDays(happenedOn, 1); day <= recordedOn; day = plusDays(day, 1)) if (!covers(outages, day)) days++;
  return days;
}
