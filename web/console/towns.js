// web/console/towns.js: coverage by town, the largest shortfall first.
import { h, s } from './dom.js';
import { empty } from './states.js';
import { count, percent, w } from './words.js';

const WIDTH = 120; // units of the bar's own box

export function townTable(towns) {
  if (towns.length === 0) return empty(w('towns.none'));
  const sorted = [...towns].sort((a, b) => (b.shortfall ?? 0) - (a.shortfall ?? 0) || b.total - a.total);
  return h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'towns' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ['town', 'seen_of_due', 'share', 'bar', 'forecast', 'short'].map((key) =>
            h('th', { scope: 'col', class: key }, key === 'bar' ? '' : w(`towns.${key}`)),
          ),
        ),
      ),
      h('tbody', {}, sorted.map(row)),
    ),
  );
}

function row(town) {
  return h(
    'tr',
    {},
    h('th', { scope: 'row' }, town.name),
    h('td', {}, `${count(town.seen)} / ${count(town.total)}`),
    h('td', {}, percent(town.percent)),
    h('td', { class: 'bar' }, bar(town)),
    h('td', { class: 'forecast' }, town.forecast === null ? '–' : count(town.forecast)),
    h('td', { class: town.shortfall > 0 ? 'short' : null }, town.shortfall === null ? '–' : count(town.shortfall)),
  );
}

/** Seen, and how far the present pace leads by the end. */
const bar = ({ seen, total, forecast }) =>
  s(
    'svg',
    { viewBox: `0 0 ${WIDTH} 10`, preserveAspectRatio: 'none', 'aria-hidden': 'true' },
    s('rect', { class: 'all', width: WIDTH, height: 10 }),
    s('rect', { class: 'forecast', width: ((forecast ?? seen) / total) * WIDTH, height: 10 }),
    s('rect', { class: 'seen', width: (seen / total) * WIDTH, height: 10 }),
  );
