// src/tasks/rules/default-ladder.ts: whom a ladder's levels name, and the ladder of tasks that belong to no drive.

export const LadderTo = { lead: 'lead', town: 'town', county: 'county' } as const;
export type LadderTo = (typeof LadderTo)[keyof typeof LadderTo];

/** One level of a ladder, as a campaign's definition writes it; `after` in working days past due and grace. */
export interface LadderLevel {
  readonly level: number;
  readonly to: LadderTo;
  readonly after: number;
}

/** Routine, and what a closed drive hands over, climbs as the example drive does. */
export const ROUTINE_LADDER: readonly LadderLevel[] = [
  { level: 1, to: LadderTo.lead, after: 1 },
  { level: 2, to: LadderTo.town, after: 2 },
  { level: 3, to: LadderTo.county, after: 5 },
];
