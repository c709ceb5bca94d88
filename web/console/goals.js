// web/console/goals.js: each goal with its numerator, denominator and bound; "not measured" is a state of its own.
import { h } from './dom.js';
import { empty } from './states.js';
import { count, day, percent, rate, w } from './words.js';

const SIGNS = { reached: '✓', not_reached: '✗', not_proven: '?', not_surveyed: '–', not_measured: '–', open: '…' };
const UNMEASURED = { not_surveyed: 'goals.not_measured_why', not_measured: 'goals.not_connected_why' };

export function goals(list) {
  if (list.length === 0) return empty(w('goals.none'));
  return h('ul', { class: 'goals' }, list.map(goal));
}

function goal({
  title,
  clause,
  state,
  numerator,
  denominator,
  refuted,
  lateEntry,
  percent: share,
  bound,
  atLeast,
  by,
}) {
  const why = UNMEASURED[state];
  const measured = !why;
  return h(
    'li',
    { class: state },
    h('h3', {}, title),
    h('p', { class: 'value' }, measured ? percent(share) : w('goals.not_measured')),
    h(
      'p',
      { class: 'note' },
      measured ? `${count(numerator)} / ${count(denominator)}` : w(why),
      bound && ` [${rate(bound.low, 2)}, ${rate(bound.high, 2)}]`,
      measured && refuted > 0 && ` · ${w('goals.refuted', { count: count(refuted) })}`,
      measured && lateEntry > 0 && ` · ${w('goals.late_entry', { count: count(lateEntry) })}`,
    ),
    h('p', { class: 'state' }, h('b', { 'aria-hidden': 'true' }, SIGNS[state] ?? ''), ' ', w(`goal.${state}`)),
    h(
      'p',
      { class: 'note' },
      w('goals.line', { atLeast: `${Number((atLeast * 100).toFixed(2))}%`, by: day(by), clause }),
    ),
  );
}
