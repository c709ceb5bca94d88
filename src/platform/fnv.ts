// src/platform/fnv.ts: spreads by name: small, and the same on every machine, in every release and inside a workflow.

/** 32-bit FNV-1a of the text's UTF-16 units. @returns 0 to 4,294,967,295. */
export function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let n = 0; n < text.length; n++) hash = Math.imul(hash ^ text.charCodeAt(n), 0x01000193);
  return hash >>> 0;
}
