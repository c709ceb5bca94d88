// src/platform/actor.ts: on whose behalf a transaction runs.

/** Somebody signed in. Rows are shown by her grants on the day of the transaction. */
export interface AccountActor {
  readonly kind: 'account';
  readonly countyCode: string;
  readonly accountId: string;
}

/** A workflow, an import or a chore: sees every row and is named in the audit as nobody. */
export interface SystemActor {
  readonly kind: 'system';
  readonly countyCode: string;
}

export type Actor = AccountActor | SystemActor;

export const systemActor = (countyCode: string): SystemActor => ({ kind: 'system', countyCode });

/** The account that stands in the audit: null for the system. */
export const accountOf = (actor: Actor): string | null => (actor.kind === 'account' ? actor.accountId : null);
