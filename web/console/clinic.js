// web/console/clinic.js: one clinic session, to read: where, when, how far it is, and its three numbers.
import { get } from './api.js';
import { h, show } from './dom.js';
import { placeNames } from './places.js';
import { skeleton } from './states.js';
import { count, date, moment, w } from './words.js';

const NUMBERS = ['persons', 'personTimes', 'professionals'];

export async function clinicPage(place, { id }) {
  show(place, skeleton(6));
  const clinic = await get(`/clinics/${encodeURIComponent(id)}`);
  const names = await placeNames([clinic.areaCode]);
  const fact = (key, value) => h('div', {}, h('dt', {}, w(`clinic.${key}`)), h('dd', {}, value));
  show(
    place,
    h(
      'section',
      {},
      h(
        'p',
        { class: 'drive' },
        w('nav.clinics'),
        h('span', { class: `stage ${clinic.stage}` }, w(`clinic.stage.${clinic.stage}`)),
      ),
      h('h1', {}, w('clinic.title', { town: names(clinic.areaCode), day: date(clinic.heldOn) })),
      h(
        'dl',
        { class: 'facts' },
        fact('hours', `${clinic.fromTime}–${clinic.toTime}`),
        fact('place', clinic.villageCode ? `${names(clinic.villageCode)} · ${clinic.place}` : clinic.place),
        fact('staff', count(clinic.staff)),
      ),
    ),
    h(
      'section',
      {},
      h('h2', {}, w('clinic.numbers')),
      h(
        'dl',
        { class: 'columns' },
        NUMBERS.map((key) => h('div', {}, h('dt', {}, w(`clinic.${key}`)), h('dd', {}, count(clinic[key])))),
      ),
    ),
    h(
      'section',
      {},
      h('h2', {}, w('clinic.history')),
      h(
        'ol',
        { class: 'timeline' },
        clinic.history.map(({ stage, at, reason }) =>
          h(
            'li',
            { class: 'done' },
            h('b', {}, w(`clinic.stage.${stage}`)),
            h('time', { datetime: at }, moment(at)),
            reason && h('span', { class: 'note' }, reason),
          ),
        ),
      ),
    ),
  );
}
