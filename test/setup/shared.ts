// test/setup/shared.ts: one set-up for all projects of a run; vitest runs each project's global set-up in the same process, apart from the others.

/** What a set-up leaves behind: what tests are given, and how it is taken down. */
export interface Ground<T> {
  readonly given: T;
  readonly takeDown: () => Promise<void>;
}

const grounds = ((
  globalThis as { doorstepGrounds?: Map<string, { users: number; made: Promise<Ground<unknown>> }> }
).doorstepGrounds ??= new Map());

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
