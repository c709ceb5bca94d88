// web/console/late.js: what is late and who has been told; each count opens to its tasks.
import { get } from './api.js';
import { h, show } from './dom.js';
import { placeNames } from './places.js';
import { empty, problemBox, skeleton } from './states.js';
import { count, day, has, w } from './words.js';

const PAGE = 20; // rows a look: the list is read from its top, the longest late first

export function lateTable(place, { campaignId, late, today }) {
  if (late.length === 0) {
    show(place, empty(w('late.none')));
    return;
  }
  const list = h('div', { class: 'list', 'aria-live': 'polite' });
  const open = (level) => lateList(list, campaignId, level, today);
  show(
    place,
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
            ['level', 'in_grace', 'overdue', 'tasks'].map((key) => h('th', { scope: 'col' }, w(`late.${key}`))),
          ),
        ),
        h(
          'tbody',
          {},
          late.map(({ level, tasks, late: inGrace, overdue }) =>
            h(
              'tr',
              {},
              h('th', { scope: 'row' }, rung(level)),
              h('td', {}, count(inGrace)),
              h('td', {}, count(overdue)),
              h(
                'td',
                {},
                opener(tasks, () => open(level), rung(level)),
              ),
            ),
          ),
        ),
        h(
          'tfoot',
          {},
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, w('late.total')),
            h('td', {}, count(sum(late, 'late'))),
            h('td', {}, count(sum(late, 'overdue'))),
            h(
              'td',
              {},
              opener(sum(late, 'tasks'), () => open(null), w('late.total')),
            ),
          ),
        ),
      ),
    ),
    list,
  );
  list.hidden = true;
}

const sum = (rows, of) => rows.reduce((all, row) => all + row[of], 0);
const rung = (level) => (has(`late.rung.${level}`) ? w(`late.rung.${level}`) : `${level}`);
const opener = (tasks, onclick, label) =>
  h(
    'button',
    { type: 'button', class: 'count', onclick, 'aria-label': `${label}: ${tasks}, ${w('late.open')}` },
    count(tasks),
  );

async function lateList(place, campaignId, level, today) {
  place.hidden = false;
  const title = h('h3', {}, w('late.list', { rung: level === null ? w('late.total') : rung(level) }));
  const close = h('button', { type: 'button', class: 'quiet', onclick: () => (place.hidden = true) }, w('late.close'));
  show(place, title, skeleton(3));
  const shown = [];
  const more = async (after) => {
    try {
      const page = await get(
        `/campaigns/${campaignId}/late?${new URLSearchParams({ limit: PAGE, ...(level === null ? {} : { level }), ...(after ? { after } : {}) })}`,
      );
      shown.push(...page.items);
      const names = await placeNames(shown.map(({ areaCode }) => areaCode));
      show(
        place,
        title,
        table(shown, names, today),
        page.next && h('button', { type: 'button', class: 'quiet', onclick: () => more(page.next) }, w('more')),
        close,
      );
    } catch (problem) {
      show(
        place,
        title,
        problemBox(problem, () => more(after)),
        close,
      );
    }
  };
  await more(null);
}

const table = (tasks, names, today) =>
  h(
    'div',
    { class: 'scroll' },
    h(
      'table',
      { class: 'lines' },
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          ['area', 'task', 'due'].map((key) => h('th', { scope: 'col' }, w(`late.${key}`))),
        ),
      ),
      h(
        'tbody',
        {},
        tasks.map((task) =>
          h(
            'tr',
            {},
            h(
              'th',
              { scope: 'row' },
              names(task.areaCode),
              below(task.registerNo && w('late.register', { number: task.registerNo })),
            ),
            h(
              'td',
              {},
              has(`kind.${task.kind}`) ? w(`kind.${task.kind}`) : task.kind,
              below(has(`side.${task.side}`) ? w(`side.${task.side}`) : task.side),
            ),
            h(
              'td',
              {},
              `${day(task.dueOn)} · ${w(`late.state.${task.state}`)}`,
              below(w('late.stands', { days: daysPast(task.dueOn, today), level: task.level })),
              below(task.noWordSince && w('late.noWord', { day: day(task.noWordSince) })),
            ),
          ),
        ),
      ),
    ),
  );

const below = (words) => words && h('small', {}, words);
const daysPast = (dueOn, today) => count((Date.parse(today) - Date.parse(dueOn)) / 86_400_000);
