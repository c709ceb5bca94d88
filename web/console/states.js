// web/console/states.js: what a page shows while it waits, when there is nothing, and when something went wrong.
import { h } from './dom.js';
import { w } from './words.js';

/** Grey bars where the content will be. */
export const skeleton = (lines = 4) =>
  h(
    'div',
    { class: 'skeleton', role: 'status', 'aria-label': w('loading') },
    Array.from({ length: lines }, () => h('span', { class: 'line' })),
  );

/** Says what to do next. */
export const empty = (what, next) =>
  h('div', { class: 'empty' }, h('p', {}, what), next && h('p', { class: 'note' }, next));

/** Says what happened and how to go on. */
export function problemBox(problem, again, againWords = w('try_again')) {
  const faults = problem.faults?.length
    ? problem.faults
    : [{ reason: w(problem.status === 0 ? 'no_network' : 'failed'), remedy: w('try_again_later') }];
  return h(
    'div',
    { class: 'problem', role: 'alert' },
    faults.map((fault) => h('p', {}, h('strong', {}, fault.reason), h('br'), fault.remedy)),
    problem.requestId && h('p', { class: 'note' }, `${w('request_id')} ${problem.requestId}`),
    again && h('button', { type: 'button', onclick: again }, againWords),
  );
}
