// web/console/missing.js: an address that names no page.
import { h, show } from './dom.js';
import { w } from './words.js';

export function missingPage(place) {
  show(
    place,
    h(
      'section',
      {},
      h('h1', {}, w('missing.title')),
      h('p', { class: 'note' }, w('missing.why')),
      h('p', { class: 'acts' }, h('a', { href: '#/overview' }, w('missing.home'))),
    ),
  );
}
