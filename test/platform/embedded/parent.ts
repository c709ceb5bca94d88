// test/platform/embedded/parent.ts: a parent to be killed: starts a server, says so, and waits.
import { startPostgres } from '../../../src/platform/embedded/postgres.ts';
import { startTemporal } from '../../../src/platform/embedded/temporal.ts';

const [server, dir = ''] = process.argv.slice(2);
const running =
  server === 'postgres' ? await startPostgres({ dir, password: 'of-the-test' }) : await startTemporal({ dir });
console.log(JSON.stringify({ pid: running.pid }));
setInterval(() => {}, 60_000); // ms: stays until it is killed
