// src/platform/http/openapi.ts: the API's description, made from the very list the server is built from.
import * as z from 'zod';
import type { RouteSpec } from './route.ts';

type Json = Record<string, unknown>;
type Spec = RouteSpec<unknown, unknown, unknown, unknown>;

export interface ApiInfo {
  readonly title: string;
  readonly version: string;
  readonly description: string;
}

/** OpenAPI 3.1, whose schemas are JSON Schema 2020-12: what zod writes by itself. */
export interface OpenApi {
  readonly openapi: '3.1.0';
  readonly info: ApiInfo;
  readonly servers: readonly { url: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Json;
}

export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description: string;
  readonly parameters: readonly Parameter[];
  readonly requestBody?: Json;
  readonly responses: Json;
}

export interface Parameter {
  readonly in: 'path' | 'query' | 'header';
  readonly name: string;
  readonly required: boolean;
  readonly schema: unknown;
}

export const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

export function openApi(specs: readonly Spec[], info: ApiInfo): OpenApi {
  const paths: Record<string, Record<string, Operation>> = {};
  for (const spec of specs) {
    const path = spec.path.replaceAll(/:(\w+)/g, '{$1}');
    const others = paths[path] ?? {};
    if (others[spec.method]) throw new Error(`two doors at ${spec.method} ${path}`);
    paths[path] = { ...others, [spec.method]: operation(spec, path) };
  }
  return {
    openapi: '3.1.0',
    info,
    servers: [{ url: '/api/v1' }],
    paths,
    components: { schemas: { Problem: problemSchema } },
  };
}

function operation(spec: Spec, path: string): Operation {
  const named = [...parameters('path', spec.params, path), ...parameters('query', spec.query, path)];
  const key: Parameter = {
    in: 'header',
    name: 'Idempotency-Key',
    required: false,
    schema: { type: 'string', maxLength: 255 },
  };
  return {
    operationId: `${spec.method}${path.replaceAll(/[{}]/g, '').replaceAll(/[/-]+(\w)/g, (_, letter: string) => letter.toUpperCase())}`,
    tags: [path.split('/')[1] ?? ''],
    summary: spec.summary,
    description: whoMay(spec),
    parameters: spec.method === 'post' && spec.roles.length > 0 ? [...named, key] : named,
    ...(spec.body ? { requestBody: { required: true, content: content(spec.body) } } : {}),
    responses: {
      [String(spec.status ?? 200)]: {
        description: 'Done',
        content: { 'application/json': { schema: schemaOf(spec.reply, 'output') } },
      },
      default: {
        description: 'A problem',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  };
}

function content(body: z.ZodType<unknown>): Json {
  return isFile(body)
    ? { [XLSX]: { schema: { type: 'string', format: 'binary' } } }
    : { 'application/json': { schema: schemaOf(body, 'input') } };
}

/** A body that JSON cannot carry is a file. */
export const isFile = (body: z.ZodType<unknown> | undefined): boolean =>
  body !== undefined && Object.keys(schemaOf(body, 'input')).length === 0;

const names = new WeakMap<z.ZodType<unknown>, readonly string[]>();

/** What a query may hold. */
export function namesOf(query: z.ZodType<unknown>): readonly string[] {
  const known = names.get(query) ?? Object.keys((schemaOf(query, 'input').properties ?? {}) as Json);
  names.set(query, known);
  return known;
}

function parameters(place: 'path' | 'query', schema: z.ZodType<unknown> | undefined, path: string): Parameter[] {
  const inPath = place === 'path' ? [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '') : [];
  const described = schema ? schemaOf(schema, 'input') : {};
  const properties = (described.properties ?? {}) as Json;
  const required = new Set([...inPath, ...((described.required ?? []) as string[])]);
  const names = [...new Set([...inPath, ...Object.keys(properties)])];
  return names.map((name) => ({
    in: place,
    name,
    required: required.has(name),
    schema: properties[name] ?? { type: 'string' },
  }));
}

function schemaOf(schema: z.ZodType<unknown>, io: 'input' | 'output'): Json {
  const { $schema: _, ...described } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  return described;
}

const problemSchema = {
  type: 'object',
  description: 'RFC 9457. `code` is stable; reasons and remedies are in the language of Accept-Language, zh-CN or en.',
  required: ['type', 'title', 'status', 'code', 'requestId', 'faults'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string' },
    requestId: { type: 'string' },
    faults: {
      type: 'array',
      items: {
        type: 'object',
        required: ['code', 'reason', 'remedy'],
        properties: {
          code: { type: 'string' },
          field: { type: 'string', description: 'JSON pointer into the body; /path/… and /query/… for the address' },
          line: { type: 'integer' },
          params: { type: 'object' },
          reason: { type: 'string' },
          remedy: { type: 'string' },
        },
      },
    },
  },
} as const;

function whoMay({ roles, afterPost }: Spec): string {
  if (roles.length === 0) return 'Open to everybody';
  return `Roles: ${roles.join(', ')}${afterPost ? '; also whoever had one once' : ''}`;
}
