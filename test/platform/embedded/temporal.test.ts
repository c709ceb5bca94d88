import fs from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isAlive } from '../../../src/platform/embedded/processes.ts';
import { type EmbeddedTemporal, startTemporal } from '../../../src/platform/embedded/temporal.ts';
import { folder, leaveBehind } from './ground.ts';

describe('an embedded Temporal server', () => {
  const dir = folder();
  const unasked: string[] = [];
  let server: EmbeddedTemporal;

  async function withClient<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const connection = await Connection.connect({ address: server.address });
    try {
      return await work(new Client({ connection }));
    } finally {
      await connection.close();
    }
  }

  beforeAll(async () => {
    server = await startTemporal({ dir, onExit: (how) => unasked.push(how) });
    await withClient((client) => client.workflow.start('waits', { taskQueue: 'nobody', workflowId: 'kept' }));
  });
  afterAll(async () => {
    await server.stop();
    fs.rmSync(dir, { recursive: true });
  });

  it('is missed when it is killed, and goes on from its file', async () => {
    const { address } = server;
    process.kill(server.pid, 'SIGKILL');
    await server.exited;
    expect(unasked).toEqual([expect.stringContaining('SIGKILL')]);
    server = await startTemporal({ dir });
    expect(server.address).toBe(address);
    expect(await withClient((client) => client.workflow.getHandle('kept').describe())).toMatchObject({
      status: { name: 'RUNNING' },
    });
  });

  it('says nothing of an end that was asked for', async () => {
    await server.stop();
    server = await startTemporal({ dir, onExit: (how) => unasked.push(how) });
    await server.stop();
    await server.exited;
    expect(unasked).toHaveLength(1);
  });

  it('ends the server of a parent that was killed before it opens the file', async () => {
    const left = await leaveBehind('temporal', dir);
    server = await startTemporal({ dir });
    expect(isAlive(left)).toBe(false);
    expect(server.pid).not.toBe(left);
  });
});
