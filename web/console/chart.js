// web/console/chart.js: households seen by day against the plan, with the forecast, drawn at the width there is.
import { h, s, show } from './dom.js';
import { count, day, w } from './words.js';

const HEIGHT = 280; // px
const EDGE = { top: 34, right: 14, bottom: 44, left: 54 }; // px
const dayNumber = (date) => Date.parse(date) / 86_400_000;
const dateOf = (number) => new Date(number * 86_400_000).toISOString().slice(0, 10);
const datesBetween = (from, to) => Array.from({ length: to - from + 1 }, (_, n) => dateOf(from + n));

/** Draws into `place`, again whenever its width changes. */
export function paceChart(place, progress, calendar) {
  const bands = bandsOf(progress, calendar);
  const width = () => Math.max(280, Math.floor(place.clientWidth));
  let drawn = 0;
  const figures = asTable(progress);
  const draw = () => {
    drawn = width();
    show(place, picture(progress, bands, drawn), legend(), figures);
  };
  draw();
  new ResizeObserver(() => place.isConnected && width() !== drawn && draw()).observe(place);
}

/** Days gone before the launch, holidays by their names, and when migrants are home: what a pace must be read against. */
function bandsOf({ window, launchedOn, clock }, { days, spans }) {
  const bands = spans
    .filter(({ layer }) => layer === 'migrants_home')
    .map(({ fromOn, toOn }) => ({ kind: 'migrants_home', from: fromOn, to: toOn, label: w('chart.migrants_home') }));
  let last = null;
  for (const { day: date, workday, name } of days) {
    if (workday || !name || date < launchedOn) continue;
    if (last && last.name === name && dayNumber(date) - dayNumber(last.to) <= 1) last.to = date;
    else {
      last = { kind: 'holiday', name, from: date, to: date, label: name };
      bands.push(last);
    }
  }
  if (clock.daysLost > 0)
    bands.push({
      kind: 'days_lost',
      from: window.from,
      to: dateOf(dayNumber(launchedOn) - 1),
      label: w('chart.days_lost', { days: clock.daysLost }),
    });
  return bands;
}

function picture(p, bands, width) {
  const from = dayNumber(p.window.from);
  const to = dayNumber(p.window.to);
  const narrow = width < 560;
  const step = (width - EDGE.left - EDGE.right) / (to - from + 1);
  const x = (date) => EDGE.left + (dayNumber(date) - from + 1) * step; // a day's evening
  const y = (value) => HEIGHT - EDGE.bottom - (Math.min(value, p.total) / p.total) * (HEIGHT - EDGE.top - EDGE.bottom);
  const path = (points) =>
    points.map(([date, value], n) => `${n === 0 ? 'M' : 'L'}${x(date).toFixed(1)} ${y(value).toFixed(1)}`).join('');
  const begin = [dateOf(dayNumber(p.launchedOn) - 1), 0];
  const actual = p.days.filter(({ seen }) => seen !== null);
  const last = actual.at(-1);
  const ahead = last && p.forecast !== null;
  const left = p.days.slice(actual.length);
  const towards = (goal) => left.map((row, n) => [row.day, last.seen + ((goal - last.seen) * (n + 1)) / left.length]);
  return s(
    'svg',
    {
      width,
      height: HEIGHT,
      viewBox: `0 0 ${width} ${HEIGHT}`,
      role: 'img',
      'aria-label': w('chart.label', {
        seen: count(p.seen),
        planned: count(p.planned),
        forecast: count(p.forecast ?? 0),
      }),
    },
    bands.map((band) => bandOf(band, x(band.from) - step, x(band.to), narrow)),
    [0, 0.25, 0.5, 0.75, 1].map((part) => levelOf(part * p.total, y(part * p.total), width)),
    datesBetween(from, to)
      .filter((date) => (narrow ? date.endsWith('-01') || date === p.window.to : /-(01|15)$/.test(date)))
      .map((date) => dateTick(date, x(date) - step / 2, date === p.window.to)),
    ahead &&
      s('path', {
        class: 'forecast-range',
        d: `${path([[last.day, last.seen], ...towards(p.forecastHigh), ...towards(p.forecastLow).reverse()])}Z`,
      }),
    s('path', { class: 'planned', d: path([begin, ...p.days.map((row) => [row.day, row.planned])]) }),
    ahead &&
      s('path', {
        class: 'forecast',
        d: path([[last.day, last.seen], ...towards(p.forecast)]),
      }),
    last && s('path', { class: 'actual', d: path([begin, ...actual.map((row) => [row.day, row.seen])]) }),
    last && s('circle', { class: 'now', cx: x(last.day), cy: y(last.seen), r: 4.5 }),
    last && s('text', { class: 'now', x: x(last.day) + 8, y: y(last.seen) + 17 }, count(last.seen)),
    ahead &&
      s(
        'text',
        { class: 'end', x: width - EDGE.right - 2, y: y(p.forecast) + 22, 'text-anchor': 'end' },
        count(p.forecast),
      ),
  );
}

/** A band's name stands above it when it is wide enough, so that two never cross. */
const bandOf = ({ kind, label }, left, right, narrow) =>
  s(
    'g',
    { class: `band ${kind}` },
    s('title', {}, label),
    s('rect', { x: left, y: EDGE.top, width: Math.max(1, right - left), height: HEIGHT - EDGE.top - EDGE.bottom }),
    !(narrow && kind === 'holiday') &&
      s(
        'text',
        { x: (left + right) / 2, y: kind === 'migrants_home' ? EDGE.top - 8 : EDGE.top + 18, 'text-anchor': 'middle' },
        label,
      ),
  );

const levelOf = (value, at, width) =>
  s(
    'g',
    { class: 'tick' },
    s('line', { x1: EDGE.left, x2: width - EDGE.right, y1: at, y2: at }),
    s('text', { x: EDGE.left - 8, y: at + 4, 'text-anchor': 'end' }, count(value)),
  );

const dateTick = (date, at, last) =>
  s(
    'g',
    { class: 'tick' },
    s('line', { x1: at, x2: at, y1: HEIGHT - EDGE.bottom, y2: HEIGHT - EDGE.bottom + 5 }),
    s('text', { x: at, y: HEIGHT - EDGE.bottom + 20, 'text-anchor': last ? 'end' : 'middle' }, day(date)),
  );

const legend = () =>
  h(
    'ul',
    { class: 'legend' },
    ['actual', 'planned', 'forecast', 'days_lost', 'holiday', 'migrants_home'].map((kind) =>
      h('li', { class: kind }, h('i'), w(`legend.${kind}`)),
    ),
  );

/** The same figures for whoever reads tables, or hears them. */
function asTable(p) {
  const rows = p.days
    .filter(({ seen }) => seen !== null)
    .map((row, n, all) => ({ ...row, seenThatDay: row.seen - (all[n - 1]?.seen ?? 0) }));
  return h(
    'details',
    { class: 'figures' },
    h('summary', {}, w('chart.figures')),
    h(
      'div',
      { class: 'scroll' },
      h(
        'table',
        {},
        h(
          'thead',
          {},
          h(
            'tr',
            {},
            ['day', 'planned', 'seen', 'that_day'].map((key) => h('th', { scope: 'col' }, w(`chart.${key}`))),
          ),
        ),
        h(
          'tbody',
          {},
          rows.map((row) =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, day(row.day)),
              [row.planned, row.seen, row.seenThatDay].map((value) => h('td', {}, count(value))),
            ),
          ),
        ),
      ),
    ),
  );
}
