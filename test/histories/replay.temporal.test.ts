// test/histories/replay.temporal.test.ts: a workflow that has begun under an earlier release goes on under this one.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import { describe, expect, inject, it } from 'vitest';
import { dataConverter } from '../../src/platform/temporal.ts';
import * as workflows from '../../workflows/index.ts';
import { testKeys } from '../fixtures/county.ts';

const names = readdirSync(import.meta.dirname).filter((name) => name.endsWith('.json'));
const histories = names.map((name) => ({
  workflowId: name,
  history: historyFromJSON(JSON.parse(readFileSync(path.join(import.meta.dirname, name), 'utf8'))),
}));

describe('the kept histories', () => {
  it('cover every workflow', () => {
    expect(new Set(names.map((name) => name.split('-')[0]))).toEqual(new Set(Object.keys(workflows)));
  });

  it('replay', async () => {
    const replayed: [string, string | undefined][] = [];
    const options = {
      workflowBundle: { codePath: inject('workflowBundle') },
      dataConverter: dataConverter(testKeys),
      replayName: 'kept histories',
    };
    for await (const { workflowId, error } of Worker.runReplayHistories(options, histories))
      replayed.push([workflowId, error?.message]);
    expect(replayed.toSorted()).toEqual(names.toSorted().map((name) => [name, undefined]));
  });
});
