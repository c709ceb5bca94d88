// src/platform/key.ts: natural keys and workflow ids are built in one way, so that two runs of anything give one row.

/** Joins parts with slashes. @throws RangeError for a part that is empty or holds a slash: two different things must never share a key. */
export function key(...parts: readonly (string | number)[]): string {
  for (const part of parts) {
    if (part === '' || String(part).includes('/'))
      throw new RangeError(`'${part}' cannot be part of the key ${parts.join('/')}`);
  }
  return parts.join('/');
}
