// test/followups/lines.ts: runs `classify` over rows, or raw lines, and reads what it wrote.
import { classifyLines } from '../../src/followups/classify.ts';

export async function classified(...rows: readonly (string | object)[]): Promise<Record<string, unknown>[]> {
  async function* lines() {
    for (const row of rows) yield typeof row === 'string' ? row : JSON.stringify(row);
  }
  const written: Record<string, unknown>[] = [];
  for await (const line of classifyLines(lines())) written.push(JSON.parse(line));
  return written;
}
