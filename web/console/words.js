// web/console/words.js: the page's words in the reader's language, and its numbers and dates.

const KEPT = 'doorstep.locale';
let words = {};
export let locale = 'zh-CN';

/** The reader's choice, or else Chinese. */
export async function loadWords(wanted = localStorage.getItem(KEPT) ?? 'zh-CN') {
  const response = await fetch(`/api/v1/words?locale=${encodeURIComponent(wanted)}`);
  words = await response.json();
  locale = wanted;
  localStorage.setItem(KEPT, wanted);
  document.documentElement.lang = wanted;
}

/** The words for `key`, its {names} filled in. */
export function w(key, params = {}) {
  const text = words[`console.${key}`] ?? words[key];
  if (text === undefined) return key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => (name in params ? String(params[name]) : whole));
}

export const has = (key) => `console.${key}` in words || key in words;

export const count = (value) => Math.round(value).toLocaleString(locale);
export const rate = (value, digits = 1) =>
  value.toLocaleString(locale, { minimumFractionDigits: digits, maximumFractionDigits: digits });
/** A percentage as the API gives it: rounded there, so that what is not all never shows as 100. */
export const percent = (shown) => (shown === null ? '–' : `${rate(shown)}%`);

/** A civil date, `YYYY-MM-DD`, as the county writes it. */
export function day(date) {
  const [year, month, dayOfMonth] = date.split('-').map(Number);
  return locale === 'en'
    ? new Date(Date.UTC(year, month - 1, dayOfMonth)).toLocaleDateString('en', {
        day: 'numeric',
        month: 'short',
        timeZone: 'UTC',
      })
    : `${month}月${dayOfMonth}日`;
}

/** The same with its year, for what is read on its own. */
export const date = (on) => (locale === 'en' ? `${day(on)} ${on.slice(0, 4)}` : `${on.slice(0, 4)}年${day(on)}`);

/** An instant in the county's time. */
export const moment = (instant) =>
  new Date(instant).toLocaleString(locale, {
    timeZone: 'Asia/Shanghai',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hour12: false,
  });
