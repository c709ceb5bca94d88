// src/platform/errors.ts: what a person did that cannot be done, with what to do instead; the border turns it into a problem.

/** One thing wrong in what came in. `code` names an entry `problem.<code>` of the locales, which takes `params`. */
export interface Fault {
  readonly code: string;
  /** JSON pointer into the body, a column of a register or a YAML path. */
  readonly field?: string;
  /** 1-based line of a file. */
  readonly line?: number;
  readonly params?: Readonly<Record<string, string | number>>;
}

export const Status = {
  invalid: 422,
  conflict: 409,
  missing: 404,
  forbidden: 403,
  unsigned: 401,
  stale: 412,
  later: 503,
} as const;

export type Status = (typeof Status)[keyof typeof Status];

/** A deed that cannot be done as asked. Nothing has been written: the transaction it was thrown in rolls back. */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly status: Status;
  readonly faults: readonly Fault[];
  constructor(status: Status, faults: Fault | readonly Fault[]) {
    const list = Array.isArray(faults) ? (faults as readonly Fault[]) : [faults as Fault];
    super(list.map((fault) => `${fault.code}${fault.field ? ` at ${fault.field}` : ''}`).join('; '));
    this.status = status;
    this.faults = list;
  }
}
