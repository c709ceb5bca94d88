// web/console/api.js: asks /api/v1; what comes back is the answer, or a problem to show as it is.
import { locale } from './words.js';

/** A refusal in the reader's language: `reason` and `remedy` of each fault. */
export class Problem extends Error {
  constructor(status, body) {
    super(body?.title ?? `HTTP ${status}`);
    this.status = status;
    this.code = body?.code ?? 'unknown';
    this.requestId = body?.requestId ?? '';
    this.faults = body?.faults ?? [];
  }
}

/** Under one key an act is done once, however often it is sent. */
export const newKey = () => crypto.randomUUID?.() ?? String(Math.random());

async function ask(method, path, body, key = newKey()) {
  const headers = { 'accept-language': locale };
  if (body !== undefined) headers['content-type'] = 'application/json';
  if (method === 'POST') headers['idempotency-key'] = key;
  let response;
  try {
    response = await fetch(`/api/v1${path}`, {
      method,
      headers,
      body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch {
    throw new Problem(0, { code: 'no_network' });
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Problem(response.status, answer);
  return answer;
}

export const get = (path) => ask('GET', path);
export const post = (path, body = {}, key = undefined) => ask('POST', path, body, key);
export const put = (path, body) => ask('PUT', path, body);
export const remove = (path) => ask('DELETE', path);
