// src/campaigns/yaml.ts: a campaign file in and out. Every fault names its line, its field and a stable code.
import { isPair, isScalar, isSeq, Lexer, LineCounter, parseDocument, stringify, visit } from 'yaml';
import type * as z from 'zod';
import { apart, type Bounds } from '../platform/apart.ts';
import { DomainError, type Fault, Status } from '../platform/errors.ts';
import { faultsOf } from './rules/definition.ts';
import { type Definition, definitionSchema, type RawDefinition } from './schema.ts';

type Path = readonly (string | number)[];

export interface CampaignFile {
  readonly definition: Definition;
  /** A fault at a path of the file, with its line. */
  fault(code: string, path: Path, params?: Fault['params']): Fault;
}

/** What the thread makes of a file: lines by JSON pointer, since functions do not cross. */
export interface ReadFile {
  readonly definition: Definition;
  readonly lines: Readonly<Record<string, number>>;
}

const TOKENS = 20_000; // the winter drive has 1,249; keys are compared with one another, 5,000 of them in 0.7 s
const DEEPEST = 20; // brackets within brackets
const BOUNDS: Bounds = {
  heap: 96,
  time: 10_000, // a file at the bound takes a second on a quiet machine
  refusal: { code: 'campaign_too_large', params: { tokens: TOKENS } },
};
const THREAD = new URL('./yaml-thread.ts', import.meta.url);

/** Reads a file off the event loop. @throws DomainError with every fault of the file, by line. */
export async function readCampaign(text: string): Promise<CampaignFile> {
  const { definition, lines } = await apart<ReadFile>(THREAD, text, BOUNDS);
  return { definition, fault: faultAt((path) => lineAround(lines, path)) };
}

const pointer = (path: Path) => `/${path.join('/')}`;

const faultAt =
  (lineOf: (path: Path) => number): CampaignFile['fault'] =>
  (code, path, params) => ({ code, field: pointer(path), line: lineOf(path), ...(params ? { params } : {}) });

/** The line of what stands at `path`, or of the nearest thing around it. */
function lineAround(lines: ReadFile['lines'], path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const line = lines[pointer(path.slice(0, length))];
    if (line !== undefined) return line;
  }
  return 1;
}

/** The thread's work. @throws DomainError with every fault of the file, by line. */
export function parseCampaign(text: string): ReadFile {
  const counter = new LineCounter();
  boundTokens(text);
  const document = parseDocument(text, { lineCounter: counter, prettyErrors: false, logLevel: 'silent' });
  const lineAt = (offset: number) => counter.linePos(offset).line;
  const broken = document.errors.map(
    (error): Fault => ({
      code: error.code === 'DUPLICATE_KEY' ? 'campaign_field_twice' : 'campaign_yaml',
      line: lineAt(error.pos[0]),
      params: { reason: error.code },
    }),
  );
  if (broken.length > 0) throw new DomainError(Status.invalid, broken);

  const lines: Record<string, number> = {};
  visit(document, {
    Alias(_, { range }) {
      throw new DomainError(Status.invalid, { code: 'campaign_alias', line: lineAt(range?.[0] ?? 0) });
    },
    Node(step, node, above) {
      if (step === 'key' || !node.range) return;
      const path = above.flatMap((parent, n): Path => {
        if (isPair(parent)) return isScalar(parent.key) ? [String(parent.key.value)] : [];
        const child = above[n + 1] ?? node;
        return isSeq(parent) ? [parent.items.indexOf(child)] : [];
      });
      const pair = above.at(-1);
      const at = isPair(pair) && isScalar(pair.key) ? pair.key.range : node.range;
      lines[pointer(path)] = lineAt(at?.[0] ?? 0);
    },
  });

  const fault = faultAt((path) => lineAround(lines, path));
  const parsed = definitionSchema.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {}, { reportInput: true });
  const faults = parsed.success
    ? faultsOf(parsed.data).map(({ code, path, params }) => fault(code, path, params))
    : parsed.error.issues.flatMap((issue) => shapeFaults(issue, fault));
  if (faults.length > 0)
    throw new DomainError(
      Status.invalid,
      faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    );
  return { definition: parsed.data as RawDefinition as Definition, lines };
}

/** The lexer is linear in the text; what comes after it is not. */
function boundTokens(text: string): void {
  let tokens = 0;
  let depth = 0;
  for (const token of new Lexer().lex(text)) {
    if (token === '[' || token === '{') depth++;
    if (token === ']' || token === '}') depth--;
    if (++tokens > TOKENS || depth > DEEPEST) throw new DomainError(Status.invalid, BOUNDS.refusal);
  }
}

/** What zod says, in the words of the house. */
function shapeFaults(issue: z.core.$ZodIssue, fault: CampaignFile['fault']): Fault[] {
  const path = issue.path as Path;
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => fault('campaign_field_unknown', [...path, key], { key }));
  if (issue.input === undefined) return [fault('campaign_field_missing', path, { key: String(path.at(-1) ?? '') })];
  const expected =
    issue.code === 'invalid_value'
      ? issue.values.join(' | ')
      : issue.code === 'invalid_type'
        ? issue.expected
        : issue.message;
  return [fault('campaign_field_wrong', path, { expected })];
}

/** The file of a definition: read again it is the same definition. */
export function writeCampaign(definition: Definition): string {
  return stringify(
    {
      ...definition,
      goals: definition.goals.map((goal) => ({ ...goal, atLeast: `${Math.round(goal.atLeast * 10_000) / 100}%` })),
    },
    { lineWidth: 120 },
  );
}
