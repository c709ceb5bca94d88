import fs from 'node:fs';
import net from 'node:net';
import path from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type EmbeddedPostgres, startPostgres, stopPostgres } from '../../../src/platform/embedded/postgres.ts';
import { isAlive } from '../../../src/platform/embedded/processes.ts';
import { folder, leaveBehind, until } from './ground.ts';

const password = 'of-the-test';

async function ask<Row>(server: EmbeddedPostgres, sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('an embedded PostgreSQL', () => {
  const home = folder();
  const dir = path.join(home, 'postgres');
  const start = () => startPostgres({ dir, password });
  let server: EmbeddedPostgres;

  beforeAll(async () => {
    server = await start();
    await ask(server, 'create table fact (n int)');
    await ask(server, 'insert into fact values (1)');
  });
  afterEach(() => expect(ask(server, 'select n from fact')).resolves.toEqual([{ n: 1 }]));
  afterAll(async () => {
    await server.stop();
    fs.rmSync(home, { recursive: true });
  });

  it('keeps facts through a power cut unless told otherwise', async () => {
    expect(await ask(server, 'show fsync')).toEqual([{ fsync: 'on' }]);
  });

  it('lets nobody in without the password', async () => {
    const stranger = new URL(server.url);
    stranger.password = 'guess';
    await expect(ask({ ...server, url: stranger.href }, 'select 1')).rejects.toThrow(/password authentication failed/);
  });

  it('says which password is wrong when the secrets were lost', async () => {
    await expect(startPostgres({ dir, password: 'another' })).rejects.toThrow(/restore secrets\.json/);
  });

  it('comes back on the port it had', async () => {
    const { port } = server;
    await server.stop();
    server = await start();
    expect(server).toMatchObject({ port, adopted: false });
  });

  it('adopts the server of a parent that was killed', async () => {
    await server.stop();
    const pid = await leaveBehind('postgres', dir);
    server = await start();
    expect(server).toMatchObject({ pid, adopted: true });
  });

  it('recovers from a postmaster that was killed', async () => {
    process.kill(server.pid, 'SIGKILL');
    expect(await server.exited).toMatch(/has gone/);
    server = await start();
    expect(server.adopted).toBe(false);
  });

  it('recovers at once, while the sessions of the killed postmaster are still leaving', async () => {
    process.kill(server.pid, 'SIGKILL');
    await until(() => !isAlive(server.pid));
    server = await start();
    expect(server.adopted).toBe(false);
  });

  it('is not fooled by a lock whose pid now belongs to another program', async () => {
    await server.stop();
    fs.writeFileSync(
      path.join(dir, 'cluster/postmaster.pid'),
      `${process.pid}\n${dir}/cluster\n0\n5432\n\n127.0.0.1\n`,
    );
    server = await start();
    expect(server.adopted).toBe(false);
  });

  it('takes another port when somebody has its own, and remembers it', async () => {
    const { port } = server;
    await server.stop();
    const squatter = net.createServer().listen(port, '127.0.0.1');
    server = await start();
    expect(server.port).not.toBe(port);
    squatter.close();
    const next = server.port;
    await server.stop();
    server = await start();
    expect(server.port).toBe(next);
  });
});

describe('a first start', () => {
  it('makes a cluster anew that a kill had left half made, and keeps a password for its owner alone', async () => {
    const home = folder();
    const dir = path.join(home, 'postgres');
    fs.mkdirSync(path.join(dir, 'cluster.new/base'), { recursive: true });
    fs.writeFileSync(path.join(dir, 'cluster.new/PG_VERSION'), '18\n');
    const server = await startPostgres({ dir, durable: false });
    expect(await ask(server, 'select 1 as n')).toEqual([{ n: 1 }]);
    expect(fs.statSync(path.join(home, 'secrets.json')).mode & 0o777).toBe(0o600);
    await stopPostgres(dir);
    expect(isAlive(server.pid)).toBe(false);
    fs.rmSync(home, { recursive: true });
  });
});
