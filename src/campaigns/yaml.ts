// src/campaigns/yaml.ts: a campaign file in and out. Every fault names its line, its field and a stable code.
import { isMap, isNode, isScalar, isSeq, LineCounter, parseDocument, stringify } from 'yaml';
import type * as z from 'zod';
import { DomainError, type Fault, Status } from '../platform/errors.ts';
import { faultsOf } from './rules/definition.ts';
import { type Definition, definitionSchema, type RawDefinition } from './schema.ts';

type Path = readonly (string | number)[];

export interface CampaignFile {
  readonly definition: Definition;
  /** A fault at a path of the file, with its line. */
  fault(code: string, path: Path, params?: Fault['params']): Fault;
}

/** @throws DomainError with every fault of the file, by line. */
export function readCampaign(text: string): CampaignFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'silent' });

  /** The line of what stands at `path`, or of the nearest thing around it. */
  const lineOf = (path: Path): number => {
    let node: unknown = document.contents;
    let range = document.contents?.range;
    for (const step of path) {
      const pair = isMap(node) ? node.items.find((item) => isScalar(item.key) && item.key.value === step) : undefined;
      const found = pair ? pair.key : isSeq(node) ? node.items[Number(step)] : undefined;
      if (!isNode(found)) break;
      range = found.range ?? range;
      node = pair ? pair.value : found;
    }
    return range ? lines.linePos(range[0]).line : 1;
  };
  const fault = (code: string, path: Path, params?: Fault['params']): Fault => ({
    code,
    field: `/${path.join('/')}`,
    line: lineOf(path),
    ...(params ? { params } : {}),
  });

  const broken = document.errors.map(
    (error): Fault => ({
      code: error.code === 'DUPLICATE_KEY' ? 'campaign_field_twice' : 'campaign_yaml',
      line: lines.linePos(error.pos[0]).line,
      params: { reason: error.code },
    }),
  );
  if (broken.length > 0) throw new DomainError(Status.invalid, broken);

  const parsed = definitionSchema.safeParse(document.toJS({ maxAliasCount: 0 }) ?? {}, { reportInput: true });
  const faults = parsed.success
    ? faultsOf(parsed.data).map(({ code, path, params }) => fault(code, path, params))
    : parsed.error.issues.flatMap((issue) => shapeFaults(issue, fault));
  if (faults.length > 0)
    throw new DomainError(
      Status.invalid,
      faults.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)),
    );
  return { definition: parsed.data as RawDefinition as Definition, fault };
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
