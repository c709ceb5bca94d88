// src/commands/classify.ts: `doorstep classify`: JSON lines in, judgements out; no database, no network.
import { createInterface } from 'node:readline';
import { classifyLines } from '../followups/classify.ts';

export async function classify(): Promise<void> {
  for await (const line of classifyLines(createInterface({ input: process.stdin }))) process.stdout.write(`${line}\n`);
}
