// web/console/overview.js: will it be done in time, where not, and what is late?
import { get, post } from './api.js';
import { paceChart } from './chart.js';
import { h, show } from './dom.js';
import { goals } from './goals.js';
import { lateTable } from './late.js';
import { empty, problemBox, skeleton } from './states.js';
import { townTable } from './towns.js';
import { count, day, locale, rate, w } from './words.js';

const READERS = new Set(['admin', 'planner', 'supervisor', 'bureau']);
const OVER = new Set(['closed', 'cancelled']);
const LAUNCHED = new Set(['running', 'paused', 'closing', 'closed']);

const AGAIN = 4_000; // ms between two looks after a day moved on
const LONGEST = 90_000; // ms: a sweep that takes longer is for the next visit to the page
let settlesBy = 0; // until then the figures may still be of a sweep half done

export async function overviewPage(place, { me, planner, query }) {
  if (!me.grants.some(({ role }) => READERS.has(role))) {
    show(place, h('h1', {}, w('nav.overview')), empty(w('overview.not_yours'), w('overview.not_yours_next')));
    return;
  }
  show(place, skeleton(8));
  const { items: campaigns } = await get('/campaigns');
  const drive =
    campaigns.find(({ id }) => id === query.get('drive')) ??
    campaigns.find(({ stage }) => LAUNCHED.has(stage) && !OVER.has(stage)) ??
    campaigns[0];
  const story = await get('/story').catch(() => null);
  if (!drive) {
    show(
      place,
      source(story),
      h('h1', {}, w('nav.overview')),
      empty(w('overview.no_drive'), w('overview.no_drive_next')),
      story && planner && nextDay(story),
    );
    return;
  }
  const title = h(
    'p',
    { class: 'drive' },
    drive.name,
    h('span', { class: `stage ${drive.stage}` }, w(`stage.${drive.stage}`)),
  );
  if (!LAUNCHED.has(drive.stage)) {
    show(
      place,
      source(story),
      h(
        'section',
        { class: 'answer' },
        title,
        h('h1', {}, w('overview.not_started')),
        story && planner && nextDay(story),
      ),
    );
    return;
  }
  const look = () =>
    Promise.all([
      get(`/campaigns/${drive.id}/progress`),
      get(`/campaigns/${drive.id}/goals`),
      get(`/calendar?from=${drive.window.from}&to=${drive.window.to}`),
    ]);
  const settling = h('span', { class: 'settling', role: 'status' });
  const lead = () => [title, story && planner && nextDay(story, settling)];
  const found = await look();
  draw(place, found, { drive, story, lead });
  if (Date.now() < settlesBy)
    await settle(place, found, look, settling, (now) => draw(place, now, { drive, story, lead }));
}

/** Looks again, quietly, until two looks in a row agree: only then is the new day's sweep done. */
async function settle(place, found, look, note, redraw) {
  show(note, w('story.settling'));
  let shown = JSON.stringify(found);
  let before = null; // the first look was the page's own: the sweep may not have begun
  while (Date.now() < settlesBy) {
    await new Promise((wake) => setTimeout(wake, AGAIN));
    if (!place.isConnected) return; // another page, or the same one drawn anew
    const now = await look().catch(() => null); // the next look may get through
    if (!place.isConnected) return;
    if (now === null) continue;
    const text = JSON.stringify(now);
    if (text !== shown) redraw(now);
    shown = text;
    if (text === before) break;
    before = text;
  }
  settlesBy = 0;
  show(note);
}

function draw(place, [progress, goalList, calendar], { drive, story, lead }) {
  const [title, mover] = lead();
  const { clock } = progress;
  const chart = h('div', { class: 'chart' });
  const late = h('div');
  show(
    place,
    source(story),
    h(
      'section',
      { class: 'answer' },
      title,
      h('h1', {}, sentence(progress)),
      progress.forecastLow !== null &&
        h(
          'p',
          { class: 'range' },
          w('overview.range', {
            low: count(Math.min(progress.forecastLow, progress.total)),
            high: count(Math.min(progress.forecastHigh, progress.total)),
            pace: rate(progress.pace),
          }),
          finishRange(progress),
        ),
      mover,
    ),
    clock.daysLost > 0 &&
      h(
        'p',
        { class: 'lost' },
        w(drive.notice.on === progress.launchedOn ? 'overview.lost' : 'overview.lost_later', {
          launch: day(progress.launchedOn),
          notice: day(drive.notice.on),
          days: clock.daysLost,
          workdays: clock.workdaysLost,
        }),
        progress.credited > 0 ? ` ${w('overview.credited', { credited: count(progress.credited) })}` : null,
      ),
    h('section', {}, h('h2', {}, w('chart.title')), chart, provisionalNote(calendar)),
    h('section', {}, h('h2', {}, w('goals.title')), goals(goalList.goals)),
    h(
      'div',
      { class: 'two' },
      h('section', {}, h('h2', {}, w('towns.title')), townTable(progress.towns)),
      h(
        'div',
        { class: 'stack' },
        h('section', {}, h('h2', {}, w('seen.title', { seen: count(progress.seen) })), columns(progress)),
        h('section', {}, h('h2', {}, w('late.title')), late),
      ),
    ),
  );
  paceChart(chart, progress, calendar);
  lateTable(late, progress);
}

const source = (story) => story && h('p', { class: 'banner' }, w('overview.source'));

/** STORY's one sentence: where we are, where it leads, and what it would take. */
function sentence({ clock, seen, total, forecast, shortfall, paceNeeded, finishOn }) {
  const where = w('overview.where', { day: clock.day, days: clock.days, seen: count(seen), due: count(total) });
  if (forecast === null) return where;
  if (shortfall > 0 && paceNeeded !== null)
    return (
      where + w('overview.short', { forecast: count(forecast), short: count(shortfall), needed: rate(paceNeeded) })
    );
  return finishOn ? where + w('overview.in_time', { finish: day(finishOn) }) : where;
}

/** Years whose holidays nobody has published yet: working days in them are a guess, and said to be. */
function provisionalNote({ days }) {
  const years = [...new Set(days.filter(({ provisional }) => provisional).map(({ day: on }) => on.slice(0, 4)))];
  return (
    years.length > 0 &&
    h('p', { class: 'note' }, w('overview.provisional', { years: new Intl.ListFormat(locale).format(years) }))
  );
}

/** The days on which everybody would be seen, at the fastest and the slowest pace so far. */
function finishRange({ seen, total, finishEarliest, finishLatest }) {
  if (seen >= total || !finishEarliest) return '';
  return finishLatest
    ? w('overview.finish', { earliest: day(finishEarliest), latest: day(finishLatest) })
    : w('overview.finish_open', { earliest: day(finishEarliest) });
}

/** Verified, not yet checked and refuted: three columns, never one total; late entries and what is credited beside them. */
const columns = (progress) =>
  h(
    'dl',
    { class: 'columns' },
    ['verified', 'unchecked', 'refuted', 'lateEntry', 'credited'].map((key) =>
      h('div', { class: key }, h('dt', {}, w(`seen.${key}`)), h('dd', {}, count(progress[key]))),
    ),
  );

/**
 * 过一天: everything that waits looks again; the page then shows the new day.
 * @param note what is said beside the button.
 */
function nextDay(story, note = null) {
  const trouble = h('span');
  const button = h('button', { type: 'button' }, w('story.next_day'));
  button.addEventListener('click', async () => {
    button.disabled = true;
    button.textContent = w('story.moving');
    try {
      await post('/story/next-day');
      settlesBy = Date.now() + LONGEST;
      dispatchEvent(new Event('hashchange'));
    } catch (problem) {
      show(trouble, problemBox(problem));
      button.disabled = false;
      button.textContent = w('story.next_day');
    }
  });
  return h(
    'p',
    { class: 'story' },
    h('span', {}, w('story.today', { day: day(story.today) })),
    button,
    note,
    trouble,
    h('small', {}, w('story.no_field_work')),
  );
}
