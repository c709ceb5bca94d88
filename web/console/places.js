// web/console/places.js: what places are called.
import { get } from './api.js';
import { w } from './words.js';

const known = new Map();

/** `town village`, since villages of two towns may bear one name; a town or the county alone for what is theirs to do. */
export async function placeNames(codes) {
  const asked = new Set(codes.map((code) => code.slice(0, 9)).filter((code) => !known.has(code)));
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

const registers = new Map(); // by village: the register numbers of its households, and nothing else of them
const LOST = new Map();

/** What stands at a task's door: `户号 0012`, or nothing where there is no household or the reader may not see it. */
export async function registerNumbers(tasks) {
  const asked = new Set(tasks.filter(({ householdId }) => householdId).map(({ areaCode }) => areaCode));
  await Promise.all(
    [...asked]
      .filter((village) => village.length === 12 && !registers.has(village))
      .map(async (village) => {
        const numbers = await registerOf(village).catch(() => null); // the list is worth reading without it
        if (numbers) registers.set(village, numbers);
      }),
  );
  return ({ areaCode, householdId }) => {
    const number = (registers.get(areaCode) ?? LOST).get(householdId);
    return number === undefined ? null : w('late.register', { number });
  };
}

async function registerOf(village) {
  const numbers = new Map();
  let after = null;
  do {
    const page = await get(`/households?${new URLSearchParams({ village, limit: 200, ...(after ? { after } : {}) })}`);
    for (const { id, registerNo } of page.items) numbers.set(id, registerNo);
    after = page.next;
  } while (after);
  return numbers;
}
