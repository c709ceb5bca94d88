// web/console/late.js: what is late and who has been told; each count opens to its tasks.
import { get } from './api.js';
import { h, show } from './dom.js';
import { empty, problemBox, skeleton } from './states.js';
import { count, day, has, w } from './words.js';

const PAGE = 20; // rows a look: the list is read from its top, the longest late first

export function lateTable(place, { campaignId, late }) {
  if (late.length === 0) {
    show(place, empty(w('late.none')));
    return;
  }
  const list = h('div', { class: 'list', 'aria-live': 'polite' });
  const open = (level) => lateList(list, campaignId, level);
  show(
    place,
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h('tr', {}, h('th', { scope: 'col' }, w('late.level')), h('th', { scope: 'col' }, w('late.tasks'))),
      ),
      h(
        'tbody',
        {},
        late.map(({ level, tasks }) =>
          h(
            'tr',
            {},
            h('th', { scope: 'row' }, rung(level)),
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
          h(
            'td',
            {},
            opener(
              late.reduce((all, { tasks }) => all + tasks, 0),
              () => open(null),
              w('late.total'),
            ),
          ),
        ),
      ),
    ),
    list,
  );
  list.hidden = true;
}

const rung = (level) => (has(`late.rung.${level}`) ? w(`late.rung.${level}`) : `${level}`);
const opener = (tasks, onclick, label) =>
  h(
    'button',
    { type: 'button', class: 'count', onclick, 'aria-label': `${label}: ${tasks}, ${w('late.open')}` },
    count(tasks),
  );

async function lateList(place, campaignId, level) {
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
      shown.push(...page.tasks);
      show(
        place,
        title,
        table(shown, await placeNames(shown)),
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

const table = (tasks, names) =>
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
            h('th', { scope: 'row' }, names(task.areaCode)),
            h('td', {}, has(`kind.${task.kind}`) ? w(`kind.${task.kind}`) : task.kind),
            h('td', {}, `${day(task.dueOn)} · ${w(`late.state.${task.state}`)}`),
          ),
        ),
      ),
    ),
  );

const known = new Map();

/** `town village`, since villages of two towns may bear one name; a town or the county alone for what is theirs to do. */
async function placeNames(tasks) {
  const asked = new Set(tasks.map(({ areaCode }) => areaCode.slice(0, 9)).filter((code) => !known.has(code)));
  await Promise.all(
    [...asked].map(async (code) => {
      const limit = code.length === 6 ? 1 : 200; // the division itself comes first; a town has fewer than 200 villages
      const { items } = await get(`/divisions?${new URLSearchParams({ under: code, limit })}`);
      for (const division of items) known.set(division.code, division.name);
    }),
  );
  return (code) => {
    const names = [known.get(code.slice(0, 9)), code.length === 12 ? known.get(code) : null];
    return names.filter(Boolean).join(' ') || code;
  };
}
