import { describe, expect, it } from 'vitest';
import { startChild } from '../../../src/platform/embedded/child.ts';
import { isAlive } from '../../../src/platform/embedded/processes.ts';
import { type Running, supervise, supervisor } from '../../../src/platform/embedded/supervise.ts';
import { until } from './ground.ts';

const quick = { firstPause: 1, longestPause: 4, say: () => {} };

/** A part that ends when told to. */
function part(log: string[] = [], name = 'part') {
  const ended = Promise.withResolvers<string>();
  const running: Running = {
    exited: ended.promise,
    async stop() {
      log.push(`stop ${name}`);
      ended.resolve('stopped');
    },
  };
  log.push(`start ${name}`);
  return { running, die: () => ended.resolve('died') };
}

describe('supervise', () => {
  it('starts a part again when it dies', async () => {
    const runs: ReturnType<typeof part>[] = [];
    const kept = await supervise(
      'part',
      async () => {
        const run = part();
        runs.push(run);
        return run.running;
      },
      quick,
    );
    runs[0]?.die();
    await until(() => kept.restarts === 1);
    expect(kept.current).toBe(runs[1]?.running);
    await kept.stop();
    expect(runs).toHaveLength(2);
  });

  it('keeps trying when a new start fails, and says so', async () => {
    const said: string[] = [];
    const first = part();
    let starts = 0;
    const kept = await supervise(
      'part',
      async () => {
        starts++;
        if (starts === 1) return first.running;
        if (starts < 4) throw new Error('not yet');
        return part().running;
      },
      { ...quick, say: (line) => said.push(line) },
    );
    first.die();
    await until(() => kept.restarts === 1);
    await kept.stop();
    expect(said).toEqual([
      'part: died',
      'part: did not start: not yet',
      'part: did not start: not yet',
      'part: running again',
    ]);
  });

  it('gives a first start that fails back to the caller', async () => {
    await expect(supervise('part', () => Promise.reject(new Error('no disk')), quick)).rejects.toThrow('no disk');
  });

  it('stops a part that was being started again', async () => {
    const log: string[] = [];
    const first = part(log, 'first');
    const second = Promise.withResolvers<Running>();
    let starts = 0;
    const kept = await supervise('part', async () => (starts++ === 0 ? first.running : second.promise), quick);
    first.die();
    await until(() => starts === 2);
    const stopped = kept.stop();
    second.resolve(part(log, 'second').running);
    await stopped;
    expect(log).toContain('stop second');
  });
});

describe('a supervisor', () => {
  it('stops its parts in the reverse order of their start', async () => {
    const log: string[] = [];
    const parts = supervisor(quick);
    for (const name of ['postgres', 'temporal', 'api'])
      await parts.supervise(name, async () => part(log, name).running);
    await parts.stop();
    expect(log.filter((line, n) => log.indexOf(line) === n)).toEqual([
      'start postgres',
      'start temporal',
      'start api',
      'stop api',
      'stop temporal',
      'stop postgres',
    ]);
  });

  it('restarts a child process that was killed', async () => {
    const parts = supervisor(quick);
    const api = await parts.supervise('api', () =>
      startChild(process.execPath, { args: ['-e', 'setInterval(() => {}, 1e6)'] }),
    );
    const first = api.current.pid;
    process.kill(first, 'SIGKILL');
    await until(() => api.restarts === 1);
    const second = api.current.pid;
    expect(isAlive(second)).toBe(true);
    await parts.stop();
    expect([first, second].filter(isAlive)).toEqual([]);
  });

  it('refuses a child that ends before it is ready', async () => {
    const start = startChild(process.execPath, { args: ['-e', 'process.exit(3)'], ready: async () => false });
    await expect(start).rejects.toThrow(/ended with code 3/);
  });
});
