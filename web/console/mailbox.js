// web/console/mailbox.js: every mail the example sent, newest first; one of them open to read.
import { get } from './api.js';
import { h, show } from './dom.js';
import { empty, skeleton } from './states.js';
import { moment, w } from './words.js';

const link = (to, id) => {
  const query = new URLSearchParams(Object.entries({ to, id }).filter(([, value]) => value));
  return `#/mailbox${query.size ? `?${query}` : ''}`;
};

export async function mailboxPage(place, { query }) {
  const to = query.get('to') ?? '';
  const id = query.get('id');
  const list = h('div', { class: 'mails' }, skeleton(6));
  const reading = h('article', { class: 'mail', 'aria-live': 'polite' });
  const search = h('input', {
    type: 'search',
    name: 'to',
    value: to,
    placeholder: w('mailbox.search'),
    'aria-label': w('mailbox.search'),
  });
  const find = (event) => {
    event.preventDefault();
    location.hash = link(search.value.trim(), null);
  };
  show(
    place,
    h('h1', {}, w('mailbox.title')),
    h('p', { class: 'note' }, w('mailbox.what')),
    h('form', { class: 'search', role: 'search', onsubmit: find }, search, h('button', {}, w('mailbox.find'))),
    h('div', { class: id ? 'post open' : 'post' }, list, reading),
  );

  const shown = [];
  const more = async (cursor) => {
    const page = await get(
      `/mailbox?${new URLSearchParams({ ...(to ? { to } : {}), ...(cursor ? { after: cursor } : {}) })}`,
    );
    shown.push(...page.items);
    show(
      list,
      shown.length === 0
        ? empty(w(to ? 'mailbox.none_to' : 'mailbox.none', { to }), w('mailbox.none_next'))
        : h(
            'ol',
            {},
            shown.map((mail) => line(mail, to, id)),
          ),
      page.next && h('button', { type: 'button', class: 'quiet', onclick: () => more(page.next) }, w('more')),
    );
  };
  const opened = id ? read(reading, id, to) : null;
  await more(null);
  await opened;
}

const line = (mail, to, open) =>
  h(
    'li',
    {},
    h(
      'a',
      { href: link(to, mail.id), 'aria-current': String(mail.id) === open ? 'true' : null },
      h('b', {}, mail.subject),
      h('span', {}, mail.to),
      h('time', { datetime: mail.receivedAt }, moment(mail.receivedAt)),
    ),
  );

async function read(place, id, to) {
  show(place, skeleton(5));
  const mail = await get(`/mailbox/${encodeURIComponent(id)}`);
  show(
    place,
    h('a', { class: 'back', href: link(to, null) }, `← ${w('mailbox.back')}`),
    h('h2', {}, mail.subject),
    h(
      'p',
      { class: 'note' },
      h('a', { href: link(mail.to, null) }, mail.to),
      ' · ',
      h('time', { datetime: mail.receivedAt }, moment(mail.receivedAt)),
    ),
    h('pre', {}, mail.body),
  );
}
