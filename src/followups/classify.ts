// src/followups/classify.ts: the `classify` command's lines: one judgement for each, or what is wrong with it, and on to the next.
import * as z from 'zod';
import type { Assessment } from './protocols/assessment.ts';
import { assess, type HistoryOf, type RecordOf } from './rules.ts';
import { type Programme, programmes } from './schema.ts';

const ErrorCode = {
  badJson: 'bad_json',
  missing: 'missing_field',
  unknownProgramme: 'unknown_programme',
  unknown: 'unknown_field',
  wrongType: 'wrong_type',
  badValue: 'bad_value',
} as const;
type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode];

interface LineError {
  readonly code: ErrorCode;
  /** The fields at fault, joined by a comma; null where it is the whole line. */
  readonly field: string | null;
  readonly message_zh: string;
  readonly message_en: string;
}

/** Both languages at once: whoever reads the output of a batch did not choose one. */
const sentences: Record<
  ErrorCode,
  { zh: (fields: string, more: string) => string; en: (fields: string, more: string) => string }
> = {
  bad_json: { zh: () => '这一行不是一个 JSON 对象', en: () => 'this line is not a JSON object' },
  missing_field: { zh: (f) => `缺少字段 ${f}`, en: (f) => `${f} is missing` },
  unknown_programme: {
    zh: (_, more) => `没有这个项目;可用的是 ${more}`,
    en: (_, more) => `no such programme; there are ${more}`,
  },
  unknown_field: {
    zh: (f) => `不认识的字段 ${f};请核对拼写`,
    en: (f) => `unknown field ${f}; check the spelling`,
  },
  wrong_type: {
    zh: (f, more) => `字段 ${f} 的类型不对;应为 ${more}`,
    en: (f, more) => `${f} has the wrong type; expected ${more}`,
  },
  bad_value: {
    zh: (f, more) => `字段 ${f} 的值不在允许范围内:${more}`,
    en: (f, more) => `${f} has a value that is not allowed: ${more}`,
  },
};

/** Record and history in one flat object, as the command line takes them. */
const inputs = {
  htn: z.strictObject({ ...programmes.htn.record.shape, ...programmes.htn.history.shape }),
  t2dm: z.strictObject({ ...programmes.t2dm.record.shape, ...programmes.t2dm.history.shape }),
  smi: z.strictObject({ ...programmes.smi.record.shape, ...programmes.smi.history.shape }),
} as const;

/**
 * @param lines `{id, programme, input}` each; other fields of a line are left alone and empty lines passed over.
 * @returns `{id, class, referral, nextDueOn, nextKind, rule}` for each, or `{id, error}` (`{line, error}` where it has no id).
 */
export async function* classifyLines(lines: AsyncIterable<string>): AsyncIterable<string> {
  let number = 0;
  for await (const line of lines) {
    number++;
    const text = line.replace(/^\uFEFF/, '').trim();
    if (text !== '') yield JSON.stringify(classifyLine(text, number));
  }
}

function classifyLine(text: string, line: number): object {
  const row = parsed(text);
  if (row === null) return { line, error: error(ErrorCode.badJson, null) };
  const { id, programme, input } = row;
  if (typeof id !== 'string' && typeof id !== 'number') {
    return { line, error: id == null ? error(ErrorCode.missing, 'id') : error(ErrorCode.wrongType, 'id', 'string') };
  }
  if (programme == null) return { id, error: error(ErrorCode.missing, 'programme') };
  if (!isProgramme(programme)) {
    return { id, error: error(ErrorCode.unknownProgramme, 'programme', Object.keys(programmes).join(', ')) };
  }
  if (input == null) return { id, error: error(ErrorCode.missing, 'input') };
  const verdict = judged(programme, input);
  if ('code' in verdict) return { id, error: verdict };
  const { class: verdictClass, referral, nextDueOn, nextKind, rule } = verdict;
  return { id, class: verdictClass, referral, nextDueOn, nextKind, rule };
}

function judged(programme: Programme, input: unknown): Assessment | LineError {
  const result = inputs[programme].safeParse(input);
  if (!result.success) return errorOf(result.error.issues, input);
  const { data } = result;
  if ('bornOn' in data && data.bornOn && data.bornOn > data.visitedOn) {
    return error(ErrorCode.badValue, 'bornOn', `> visitedOn ${data.visitedOn}`);
  }
  // The parsed input is the record and the history together: each protocol reads its own fields of both.
  return assess(programme, data as RecordOf[Programme], data as HistoryOf[Programme]);
}

/** The first kind of fault, with every field that has it: unknown fields before all, as they explain missing ones. */
function errorOf(issues: readonly z.core.$ZodIssue[], input: unknown): LineError {
  const unknown = issues.flatMap((issue) => (issue.code === 'unrecognized_keys' ? issue.keys : []));
  if (unknown.length > 0) return error(ErrorCode.unknown, unknown.join(', '));
  const faults = issues.map((issue) => {
    const field = issue.path.map(String).join('.') || 'input';
    const value = issue.path.reduce<unknown>(
      (at, step) => (at as Record<PropertyKey, unknown> | undefined)?.[step],
      input,
    );
    return { field, code: codeOf(issue, value), expected: expectedBy(issue) };
  });
  const [first] = faults;
  if (!first) return error(ErrorCode.badJson, null);
  const alike = faults.filter(({ code }) => code === first.code);
  return error(first.code, alike.map(({ field }) => field).join(', '), first.expected);
}

function codeOf(issue: z.core.$ZodIssue, value: unknown): ErrorCode {
  if (value === undefined || value === null) return ErrorCode.missing;
  if (issue.code === 'invalid_type') return ErrorCode.wrongType;
  if (issue.code !== 'invalid_union') return ErrorCode.badValue;
  return typeof value === 'number' ? ErrorCode.badValue : ErrorCode.wrongType;
}

function expectedBy(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case 'invalid_type':
      return issue.expected;
    case 'invalid_value':
      return issue.values.map(String).join(' | ');
    case 'invalid_format':
      return issue.format === 'date' ? 'YYYY-MM-DD' : issue.format;
    case 'too_small':
      return `>= ${issue.minimum}`;
    case 'too_big':
      return `<= ${issue.maximum}`;
    case 'invalid_union':
      return [...new Set(issue.errors.flat().map(expectedBy))].join(' | ');
    default:
      return issue.message;
  }
}

function error(code: ErrorCode, field: string | null, more = ''): LineError {
  const { zh, en } = sentences[code];
  return { code, field, message_zh: zh(field ?? '', more), message_en: en(field ?? '', more) };
}

function isProgramme(name: unknown): name is Programme {
  return typeof name === 'string' && Object.hasOwn(programmes, name);
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    const row: unknown = JSON.parse(text);
    return typeof row === 'object' && row !== null && !Array.isArray(row) ? (row as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
