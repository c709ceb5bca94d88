import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { classified } from './lines.ts';

interface Vector {
  readonly id: string;
  readonly programme: string;
  readonly input: Record<string, unknown>;
  readonly expected: Record<string, unknown>;
}

/** Vectors published with the protocol, and ours beside them: each edge from both sides. */
function vectorsIn(file: string): Vector[] {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8');
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

describe.each(['vectors.jsonl', 'edges.jsonl'])('%s', (file) => {
  it.each(vectorsIn(file))('$id $programme $input', async ({ id, programme, input, expected }) => {
    expect(await classified({ id, programme, input })).toEqual([expect.objectContaining({ id, ...expected })]);
  });
});
