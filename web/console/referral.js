// web/console/referral.js: one referral on its way, without the patient's name: what has happened, and the buttons for what comes next.
import { get, newKey, post } from './api.js';
import { h, show } from './dom.js';
import { placeNames } from './places.js';
import { empty, problemBox, skeleton } from './states.js';
import { has, moment, w } from './words.js';

const READERS = new Set(['medical', 'facility', 'supervisor']);
const ACTS = { own: 'owned', leave: 'left', arrive: 'arrived', outcome: 'outcome' };

export async function referralPage(place, { me, id }) {
  if (!me.grants.some(({ role }) => READERS.has(role))) {
    show(place, h('h1', {}, w('nav.referrals')), empty(w('referral.not_yours'), w('referral.not_yours_next')));
    return;
  }
  show(place, skeleton(6));
  const referral = await get(`/referrals/${encodeURIComponent(id)}`).catch((problem) => {
    if (problem.status === 404 || problem.status === 422) return null;
    throw problem;
  });
  if (!referral) {
    show(place, h('h1', {}, w('nav.referrals')), empty(w('referral.unknown'), w('referral.unknown_next')));
    return;
  }
  const names = await placeNames([referral.areaCode]);
  draw(place, referral, names(referral.areaCode));
}

function draw(place, referral, village) {
  show(
    place,
    h(
      'section',
      { class: referral.kind },
      h(
        'p',
        { class: 'drive' },
        w('nav.referrals'),
        h('span', { class: `stage ${referral.kind}` }, w(`referral.kind.${referral.kind}`)),
      ),
      h('h1', {}, w('referral.title', { village })),
      h('p', { class: 'range' }, w('referral.advised_at', { at: moment(referral.advisedAt) })),
      timeline(referral),
      !referral.ended && nextActs(referral, (answer) => draw(place, answer, village)),
      referral.ended && h('p', { class: 'note' }, w('referral.ended')),
    ),
  );
}

/** What has happened with its moments, then what is still to come. */
function timeline({ history, recordedAt, ended }) {
  const happened = [...history, { kind: 'received', occurredAt: recordedAt, note: null }];
  const known = new Set(happened.map(({ kind }) => kind));
  const ahead = ended ? [] : Object.values(ACTS).filter((kind) => !known.has(kind));
  return h(
    'ol',
    { class: 'timeline' },
    happened
      .toSorted((one, other) => Date.parse(one.occurredAt) - Date.parse(other.occurredAt))
      .map(({ kind, occurredAt, note }) =>
        h(
          'li',
          { class: 'done' },
          h('b', {}, w(`referral.event.${kind}`)),
          h('time', { datetime: occurredAt }, moment(occurredAt)),
          note && h('span', { class: 'note' }, has(`referral.note.${note}`) ? w(`referral.note.${note}`) : note),
        ),
      ),
    ahead.map((kind) => h('li', {}, h('b', {}, w(`referral.event.${kind}`)), h('span', {}, w('referral.not_yet')))),
  );
}

const keys = new Map(); // an act sent again after a broken line is the same act

/** @param after is given the referral as it then stands. */
function nextActs(referral, after) {
  const trouble = h('div', { 'aria-live': 'assertive' });
  const note = h('input', { name: 'note', maxlength: 500, autocomplete: 'off' });
  const buttons = Object.entries(ACTS)
    .filter(([, event]) => !referral.events.includes(event))
    .map(([act], n) => {
      const button = h('button', { type: 'button', class: n === 0 ? 'main' : null }, w(`referral.act.${act}`));
      button.addEventListener('click', () => send(act, button));
      return button;
    });
  const busy = (whether) => {
    for (const button of buttons) button.disabled = whether;
    note.disabled = whether;
  };
  const send = async (act, button) => {
    const words = button.textContent;
    const said = note.value.trim();
    const body = { seq: referral.seq, ...(said ? { note: said } : {}) };
    const same = `${referral.id} ${act} ${JSON.stringify(body)}`;
    keys.set(same, keys.get(same) ?? newKey());
    busy(true);
    button.textContent = w('referral.sending');
    show(trouble);
    try {
      const answer = await post(`/referrals/${referral.id}/${act}`, body, keys.get(same));
      keys.delete(same);
      after({ ...referral, ...answer });
    } catch (problem) {
      if (problem.status > 0 && problem.status < 500) keys.delete(same);
      button.textContent = words;
      busy(false);
      const refresh = () => dispatchEvent(new Event('hashchange'));
      show(trouble, problemBox(problem, problem.status === 409 ? refresh : null, w('referral.refresh')));
    }
  };
  return h(
    'div',
    { class: 'next' },
    h('label', {}, w('referral.note'), note),
    h('p', { class: 'acts' }, buttons),
    trouble,
  );
}
