// What tools.mjs promises to TypeScript; the program itself is plain JavaScript because setup.mjs runs before anything is installed.
export const TEMPORAL_CLI_VERSION: string;
export const TEST_SERVER_VERSION: string;
/** Where setup.mjs puts the Temporal CLI; the file may be missing. */
export function cachedTemporalCli(): string;
/** Where setup.mjs puts the launcher of the time-skipping test server; the file may be missing. */
export function cachedTestServer(): string;
/** Absolute path of a command on the PATH, or undefined. */
export function onPath(name: string): string | undefined;
/** The first Temporal CLI that answers: on the PATH, then in the cache. */
export function findTemporalCli(): string | undefined;
/** The launcher of the time-skipping test server, once setup.mjs has fetched it. */
export function findTestServer(): string | undefined;
/** Whether a file is a Temporal CLI that runs on this machine. */
export function isTemporalCli(file: string): boolean;
