// src/platform/http/page.ts: keyset pages, the same on every list: `?after=&limit=`, and `next` to go on with.
import * as z from 'zod';
import { DomainError, Status } from '../errors.ts';

const LONGEST_CURSOR = 200; // characters: a code and a number, or two

export const PageQuery = z.object({
  after: z.string().max(LONGEST_CURSOR).optional().describe('where the page before ended: its `next`'),
  limit: z.coerce.number().int().min(1).max(200).default(50).describe('rows a page'),
});
export type PageQuery = z.infer<typeof PageQuery>;

export interface Page<T> {
  readonly items: T[];
  /** Goes into `after` for the next page; null when this one is the last. */
  readonly next: string | null;
}

export const pageSchema = <T extends z.ZodType>(item: T) =>
  z.object({ items: z.array(item), next: z.string().nullable() });

/**
 * A cursor of two parts, `{first}_{uuid}`, as `pageOf` was told to write it; null for the first page.
 * @throws DomainError 422 `field_form` for one that we never gave.
 */
export function cursorOf<T extends string>(after: string | undefined, first: z.ZodType<T>): [T, string] | null {
  if (after === undefined) return null;
  const [head = '', id = ''] = after.split('_');
  const known = first.safeParse(head);
  if (!known.success || !z.uuid().safeParse(id).success)
    throw new DomainError(Status.invalid, { code: 'field_form', field: '/query/after' });
  return [known.data, id];
}

/** @param found up to `limit + 1` rows: the one too many says that there is more. */
export function pageOf<T>(found: readonly T[], limit: number, cursor: (item: T) => string): Page<T> {
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, next: found.length > limit && last !== undefined ? cursor(last) : null };
}
