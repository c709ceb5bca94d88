// src/main.ts: the `doorstep` command: one word says what to do; each is in src/commands.
const USAGE = `doorstep <command>

  start                       a whole county on this machine: database, workflows, API, pages / 启动
  api | worker                one process of it, on servers named by the environment
  migrate                     bring the schema up to date
  demo --next-day | --reset   move the example on by a day; delete it
  import <kind> <file> --as <login> [--dry-run]   a register from xlsx
  campaign <deed> … --as <login>                  a drive from draft to close; campaign --help says how
  classify                    JSON lines of readings in, judgements out
  rebuild                     wake every workflow that the facts call for
  verify                      recompute the audit chain
  doctor                      what is there, what is missing, what every setting means
`;

// Each command is loaded when asked for: `classify` starts without a database driver.
const commands: Readonly<Record<string, (args: readonly string[]) => Promise<void>>> = {
  start: async () => (await import('./commands/start.ts')).start(),
  api: async () => (await import('./commands/serve.ts')).api(),
  worker: async () => (await import('../worker.ts')).main(),
  migrate: async () => (await import('./commands/county.ts')).migrateCounty(),
  demo: async ([flag]) => (await import('./commands/county.ts')).demo(flag),
  import: async (args) => (await import('./commands/import.ts')).importRegister(args),
  campaign: async (args) => (await import('./commands/campaign.ts')).campaign(args),
  classify: async () => (await import('./commands/classify.ts')).classify(),
  rebuild: async () => (await import('./commands/county.ts')).rebuild(),
  verify: async () => (await import('./commands/county.ts')).verify(),
  doctor: async () => (await import('./commands/doctor.ts')).doctor(),
};

const [name = '', ...args] = process.argv.slice(2);
const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
if (!command) {
  console.log(USAGE);
  process.exitCode = name === '' || name === 'help' || name === '--help' ? 0 : 2;
} else {
  try {
    await command(args);
  } catch (error) {
    console.error(await told(error));
    process.exit(1); // an open pool or a parent's channel must not keep alive what has failed: a supervisor waits for its end
  }
}

/** A refused deed in words; a setting by name; anything else as it is. */
async function told(error: unknown): Promise<unknown> {
  if (!(error instanceof Error)) return error;
  const { DomainError } = await import('./platform/errors.ts');
  if (error.name === 'Told') return error.message; // in words already
  if (error instanceof DomainError) return (await import('./commands/acting.ts')).sayFaults(error);
  return `✗ ${error.message}`;
}
