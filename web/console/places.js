// web/console/places.js: what places are called.
import { get } from './api.js';

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
