// web/console/app.js: which page the address names, who is looking at it, and in which language.
import { get, put, remove } from './api.js';
import { clinicPage } from './clinic.js';
import { h, show } from './dom.js';
import { mailboxPage } from './mailbox.js';
import { missingPage } from './missing.js';
import { overviewPage } from './overview.js';
import { referralPage } from './referral.js';
import { signInPage } from './sign-in.js';
import { problemBox } from './states.js';
import { loadWords, locale, w } from './words.js';

const pages = {
  overview: overviewPage,
  mailbox: mailboxPage,
  referrals: referralPage,
  clinics: clinicPage,
  missing: missingPage,
};
const OF_ONE = new Set(['referrals', 'clinics']); // `#/clinics/<id>`
const top = document.querySelector('#top');
const main = document.querySelector('#main');
let me = null;

/** `#/mailbox?to=…` names the page and what it shows; no address at all is the overview. */
function address() {
  const [path, query = ''] = location.hash.replace(/^#\/?/, '').split('?');
  const [name, id = '', ...more] = (path || 'overview').split('/');
  const known = Object.hasOwn(pages, name) && more.length === 0 && OF_ONE.has(name) === (id !== '');
  return { name: known ? name : 'missing', id, query: new URLSearchParams(query) };
}

async function switchLanguage() {
  const next = locale === 'en' ? 'zh-CN' : 'en';
  await loadWords(next);
  if (me) await put('/me/locale', { locale: next }).catch(() => {});
  draw();
}

async function signOut() {
  await remove('/session').catch(() => {});
  me = null;
  draw();
}

function header(name) {
  const link = (page) => h('a', { href: `#/${page}`, 'aria-current': page === name ? 'page' : null }, w(`nav.${page}`));
  document.querySelector('.skip').textContent = w('skip');
  document.title = me ? `${w(`nav.${name}`)} · ${w('brand')}` : w('brand');
  show(
    top,
    h(
      'a',
      { class: 'brand', href: '#/overview' },
      h('img', { src: '/icon.svg', alt: '', width: 26, height: 26 }),
      w('brand'),
    ),
    me && h('nav', { 'aria-label': w('nav.label') }, link('overview'), isPlanner() && link('mailbox')),
    h(
      'div',
      { class: 'who' },
      me && h('span', { class: 'me' }, me.name, h('small', {}, roleWords())),
      h(
        'button',
        { type: 'button', class: 'quiet', onclick: switchLanguage, lang: locale === 'en' ? 'zh-CN' : 'en' },
        locale === 'en' ? '中文' : 'English',
      ),
      me && h('button', { type: 'button', class: 'quiet', onclick: signOut }, w('sign_out')),
    ),
  );
}

const isPlanner = () => me?.grants.some(({ role }) => role === 'planner' || role === 'admin') ?? false;
const roleWords = () =>
  [...new Set(me.grants.map(({ role, areaName }) => `${areaName}${locale === 'en' ? ' ' : ''}${w(`role.${role}`)}`))]
    .slice(0, 2)
    .join(' · ');

async function draw() {
  const { name, id, query } = address();
  header(name);
  if (!me) {
    show(main, signInPage(begin));
    return;
  }
  const place = h('div', { class: `page ${name}` });
  show(main, place);
  try {
    await pages[name](place, { me, id, query, planner: isPlanner() });
  } catch (problem) {
    if (problem.status === 401) {
      me = null;
      draw();
      return;
    }
    show(place, problemBox(problem, draw));
  }
}

async function begin() {
  me = await get('/me');
  await draw();
}

document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault(); // the address names the page
  main.focus();
});
addEventListener('hashchange', () => {
  draw();
  main.focus({ preventScroll: true });
  scrollTo(0, 0);
});
await loadWords();
const { signedIn } = await get('/session').catch(() => ({ signedIn: false }));
await (signedIn ? begin().catch(draw) : draw());
