// src/imports/registers/register.ts: the one interface behind which every register stands.
import type { AccountActor } from '../../platform/actor.ts';
import type { CivilDate, Instant } from '../../platform/civil.ts';
import type { Keys } from '../../platform/crypto.ts';
import type { Tx } from '../../platform/db.ts';
import type { Fault } from '../../platform/errors.ts';
import type { Row } from '../rules/cells.ts';
import type { Column, RegisterKind } from '../rules/columns.ts';

/** What an import runs in: the system's transaction, because a register is larger than what any one person sees. */
export interface Setting {
  readonly tx: Tx;
  readonly countyCode: string;
  /** Who brings it in. */
  readonly actor: AccountActor;
  readonly keys: Keys;
  readonly asOf: Instant;
  readonly today: CivilDate;
}

/** A row that reads well by itself. */
export interface Draft<D> {
  readonly line: number;
  readonly draft: D;
}

export type AddFault = (line: number, fault: Fault) => void;

export interface Register<D> {
  readonly kind: RegisterKind;
  readonly columns: Readonly<Record<string, Column>>;
  /** One row by itself. @returns null when it has faults. */
  read(row: Row<string>, setting: Setting): D | null;
  /** What only the other rows and the county's own can tell. */
  check(drafts: readonly Draft<D>[], setting: Setting, fault: AddFault): Promise<void>;
  /** Writes a page of good rows, one statement a table. @returns how many rows were new, by table. */
  apply(drafts: readonly D[], setting: Setting): Promise<Readonly<Record<string, number>>>;
}

/** Says of every line whose key stood in an earlier one that it repeats it. */
export function repeated<D>(
  drafts: readonly Draft<D>[],
  keyOf: (draft: D) => string,
  column: string,
  fault: AddFault,
): void {
  const first = new Map<string, number>();
  for (const { line, draft } of drafts) {
    const earlier = first.get(keyOf(draft));
    if (earlier === undefined) first.set(keyOf(draft), line);
    else fault(line, { code: 'row_repeated', field: column, params: { line: earlier } });
  }
}
