// src/tasks/rules/neutral.ts: what a task says to somebody who may not know why people are visited.

/** What gives away whom a medical team visits, and why. */
interface Telling {
  readonly side: string;
  readonly householdId: string | null;
}

/** The medical team's own tasks at a door: follow-ups and register lines alike, so that none stands out by being veiled. */
export function tellsIllness({ side, householdId }: Telling): boolean {
  return side === 'medical' && householdId !== null;
}
