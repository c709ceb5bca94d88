// examples/winter-drive/chance.ts: seeded chance by name, so that one household's fate never depends on how many came before it.

/** FNV-1a over the parts, then a finalizer: a number in [0, 1) that depends on nothing but its name. */
export function chance(...parts: readonly (string | number)[]): number {
  let hash = 0x811c9dc5;
  for (const char of parts.join('|')) hash = Math.imul(hash ^ (char.codePointAt(0) ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}

/** One of `choices`, the same for the same name. */
export function pick<T>(choices: readonly T[], ...parts: readonly (string | number)[]): T {
  const chosen = choices[Math.floor(chance(...parts) * choices.length)];
  if (chosen === undefined) throw new RangeError('nothing to pick from');
  return chosen;
}

/** A version 8 UUID (own layout) that two runs share: the phones of the story mint the same ids every time. */
export function storyId(...parts: readonly (string | number)[]): string {
  const hex = [0, 1, 2, 3]
    .map((n) =>
      Math.floor(chance('id', n, ...parts) * 2 ** 32)
        .toString(16)
        .padStart(8, '0'),
    )
    .join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
