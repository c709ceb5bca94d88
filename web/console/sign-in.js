// web/console/sign-in.js: who are you?
import { post } from './api.js';
import { h, show } from './dom.js';
import { problemBox } from './states.js';
import { w } from './words.js';

/** @param begin called once somebody is signed in. */
export function signInPage(begin) {
  const trouble = h('div');
  const field = (name, type, autocomplete) =>
    h(
      'label',
      {},
      w(`sign_in.${name}`),
      h('input', { name, type, autocomplete, required: true, maxlength: 128, autofocus: name === 'login' }),
    );
  const button = h('button', { class: 'main' }, w('sign_in.go'));
  const send = async (event) => {
    event.preventDefault();
    button.disabled = true;
    show(trouble);
    const { login, password } = Object.fromEntries(new FormData(event.target));
    try {
      await post('/session', { login: login.trim(), password });
      await begin();
    } catch (problem) {
      show(trouble, problemBox(problem));
      button.disabled = false;
    }
  };
  return h(
    'form',
    { class: 'sign-in', onsubmit: send },
    h('h1', {}, w('sign_in.title')),
    h('p', { class: 'note' }, w('sign_in.what')),
    field('login', 'text', 'username'),
    field('password', 'password', 'current-password'),
    trouble,
    button,
  );
}
