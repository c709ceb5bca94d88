// test/setup/shared.ts: one set-up for all projects of a run; vitest runs each project's global set-up in the same process, apart from the others.

/** What a set-up leaves behind: what tests are given, and how it is taken down. */
export interface Ground<T> {
  readonly given: T;
  readonly takeDown: () => Promise<void>;
}

interface Entry {
  users: number;
  readonly made: Promise<Ground<unknown>>;
}

// Each project loads this module anew; the process is what they have in common.
const common = globalThis as { doorstepGrounds?: Map<string, Entry> };
common.doorstepGrounds ??= new Map();
const grounds = common.doorstepGrounds;

/** Makes `name` for its first user, hands it to the others, and takes it down when the last has left. */
export async function share<T>(name: string, make: () => Promise<Ground<T>>): Promise<Ground<T>> {
  const entry = grounds.get(name) ?? { users: 0, made: make() };
  grounds.set(name, entry);
  entry.users++;
  const { given, takeDown } = (await entry.made) as Ground<T>;
  return {
    given,
    async takeDown() {
      entry.users--;
      if (entry.users > 0) return;
      grounds.delete(name);
      await takeDown();
    },
  };
}
