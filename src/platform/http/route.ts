// src/platform/http/route.ts: the form of an HTTP door. A room declares its doors; the server and OpenAPI are built from the same list.
import type * as z from 'zod';
import type { AccountActor } from '../actor.ts';
import type { Instant } from '../civil.ts';
import type { Keys } from '../crypto.ts';
import type { Tx } from '../db.ts';

export type Role = 'admin' | 'planner' | 'supervisor' | 'bureau' | 'medical' | 'cadre' | 'facility';

/** What a handler is given: an open transaction as the signed-in person, and what she sent, parsed. */
export interface Call<P, Q, B, U = unknown> {
  readonly tx: Tx;
  readonly actor: AccountActor;
  readonly asOf: Instant;
  readonly keys: Keys;
  readonly params: P;
  readonly query: Q;
  readonly body: B;
  /** What `before` made of them. */
  readonly ready: U;
}

export interface RouteSpec<P, Q, B, R, U = unknown> {
  readonly method: 'get' | 'post' | 'put' | 'delete';
  /** Below `/api/v1`, parameters as `:name`. */
  readonly path: string;
  readonly summary: string;
  /** Who may come in; the rows she then sees are the policies' affair. */
  readonly roles: readonly Role[];
  /** Also for somebody signed in whose post has ended: what happened while she had it still comes in. */
  readonly afterPost?: true;
  readonly params?: z.ZodType<P>;
  readonly query?: z.ZodType<Q>;
  readonly body?: z.ZodType<B>;
  readonly reply: z.ZodType<R>;
  /** 200, or 201 for what is made. */
  readonly status?: 200 | 201;
  /** What is written is nobody's own (the story's clock): the handler's transaction is the system's, the audit still names who asked. */
  readonly elevated?: true;
  /** Work that needs no row, done between the question who may and the transaction: a file is read. */
  readonly before?: (given: { readonly params: P; readonly query: Q; readonly body: B }) => Promise<U>;
}

/** A declared door, its types erased so that doors of all rooms stand in one list. */
export interface Route {
  readonly spec: RouteSpec<unknown, unknown, unknown, unknown>;
  readonly handle: (call: Call<unknown, unknown, unknown>) => Promise<unknown>;
}

export function route<P, Q, B, R, U>(
  spec: RouteSpec<P, Q, B, R, U>,
  handle: (call: Call<P, Q, B, U>) => Promise<R>,
): Route {
  return { spec: spec as Route['spec'], handle: handle as Route['handle'] };
}

export const everyone: readonly Role[] = ['admin', 'planner', 'supervisor', 'bureau', 'medical', 'cadre', 'facility'];
