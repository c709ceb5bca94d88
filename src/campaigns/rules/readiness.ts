// src/campaigns/rules/readiness.ts: what must be right before a launch, and what may be waived by somebody who says why.

/** Blockers are put right; warnings are put right or waived. */
export const checks = {
  people_without_team: 'blocker',
  team_unreachable: 'blocker',
  shift_empty: 'blocker',
  nobody_at_first_level: 'blocker',
  preparation_unfinished: 'warning',
  level_vacant: 'warning',
  town_without_clinic: 'warning',
  overload: 'warning',
} as const;
export type CheckCode = keyof typeof checks;

/** Days ahead in which no shift may be empty: rosters are drawn up a week at a time. */
export const SHIFT_DAYS = 7;

/** One thing found, before anybody has waived it. */
export interface Shortcoming {
  readonly code: CheckCode;
  /** A division, a duty or a Monday; '' where it is about the whole campaign. */
  readonly subject: string;
  readonly count: number;
  /** Who can put it right. */
  readonly ownerId: string | null;
}

export interface Waiver {
  readonly check: string;
  readonly subject: string;
  readonly reason: string;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: readonly (Shortcoming & {
    readonly severity: (typeof checks)[CheckCode];
    /** The reason it was waived for, if it was. */
    readonly waived: string | null;
  })[];
}

export const isCheck = (code: string): code is CheckCode => code in checks;

/** Ready: no blocker, and every warning waived. A waiver without a subject covers all of its check. */
export function readiness(found: readonly Shortcoming[], waivers: readonly Waiver[]): Readiness {
  const judged = found.map((item) => {
    const severity = checks[item.code];
    const waiver = waivers.find(
      ({ check, subject }) => check === item.code && (subject === '' || subject === item.subject),
    );
    return { ...item, severity, waived: severity === 'warning' ? (waiver?.reason ?? null) : null };
  });
  return { ready: judged.every((item) => item.waived !== null), checks: judged };
}
