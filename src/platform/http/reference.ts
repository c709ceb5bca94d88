// src/platform/http/reference.ts: the API's description as one page to read, without a script.
import type { OpenApi, Operation } from './openapi.ts';

const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign] ?? sign);

export function referencePage(api: OpenApi): string {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  );
  const tags = [...new Set(operations.map(({ operation }) => operation.tags[0] ?? ''))].sort();
  const section = (tag: string) =>
    `<section id="${escaped(tag)}"><h2>${escaped(tag)}</h2>${operations
      .filter(({ operation }) => operation.tags[0] === tag)
      .map(({ path, method, operation }) => door(path, method, operation))
      .join('')}</section>`;
  return `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(api.info.title)}</title><link rel="stylesheet" href="/reference.css"></head><body><main>
<h1>${escaped(api.info.title)} <small>${escaped(api.info.version)}</small></h1><p>${escaped(api.info.description)}</p>
<p><a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1)</p>
<nav>${tags.map((tag) => `<a href="#${escaped(tag)}">${escaped(tag)}</a>`).join(' ')}</nav>${tags.map(section).join('')}</main></body></html>`;
}

function door(path: string, method: string, operation: Operation): string {
  const parameters = operation.parameters.map(
    ({ name, in: place, required, schema }) =>
      `<li><code>${escaped(name)}</code> ${place}${required ? '' : '?'} <code>${escaped(JSON.stringify(schema))}</code></li>`,
  );
  const block = (title: string, value: unknown) =>
    value ? `<details><summary>${title}</summary><pre>${escaped(JSON.stringify(value, null, 2))}</pre></details>` : '';
  return `<article><h3><code class="method">${method.toUpperCase()}</code> <code>${escaped(path)}</code></h3>
<p>${escaped(operation.summary)}</p><p class="roles">${escaped(operation.description)}</p>${parameters.length ? `<ul>${parameters.join('')}</ul>` : ''}
${block('请求 Request', operation.requestBody)}${block('回答 Answer', operation.responses)}</article>`;
}
