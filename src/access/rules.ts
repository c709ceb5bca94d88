// src/access/rules.ts: who may give whom a role.
import type { Role } from '../platform/http/route.ts';

/** A role in an area and in all below it. */
export interface Grant {
  readonly role: Role;
  readonly areaCode: string;
}

/** What a place in a village's, town's or county's team brings with it. */
const POSTS: readonly Role[] = ['medical', 'cadre', 'facility'];

/** Posts by an administrator or a planner of their area; every other role by an administrator alone. */
export function mayGrant(held: readonly Grant[], wanted: Grant): boolean {
  const givers: readonly Role[] = POSTS.includes(wanted.role) ? ['admin', 'planner'] : ['admin'];
  return held.some(({ role, areaCode }) => givers.includes(role) && wanted.areaCode.startsWith(areaCode));
}
