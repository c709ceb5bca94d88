// test/setup/temporal.ts: what every workflow test needs and only one run should pay for: the test server's launcher and the bundle.
import fs from 'node:fs';
import path from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import type { TestProject } from 'vitest/node';
import { isAlive } from '../../src/platform/embedded/processes.ts';
import { findTestServer } from '../../src/platform/embedded/tools.mjs';
import { type Ground, share } from './shared.ts';

const FOLDER = path.resolve('.doorstep/test-bundles');

declare module 'vitest' {
  export interface ProvidedContext {
    /** Path of the time-skipping server's launcher, for `createTimeSkipping({ server: { executable: { type: 'existing-path', path } } })`. */
    testServer: string;
    /** Path of the bundle of workflows/index.ts, for `Worker.create({ workflowBundle: { codePath } })`. */
    workflowBundle: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const testServer = findTestServer();
  if (!testServer) throw new Error('the time-skipping test server is missing: run `node setup.mjs --test`');
  const { given, takeDown } = await share('workflow bundle', bundle);
  project.provide('testServer', testServer);
  project.provide('workflowBundle', given);
  return takeDown;
}

async function bundle(): Promise<Ground<string>> {
  fs.mkdirSync(FOLDER, { recursive: true });
  for (const name of fs.readdirSync(FOLDER))
    if (!isAlive(Number.parseInt(name, 10))) fs.rmSync(path.join(FOLDER, name));
  const { code } = await bundleWorkflowCode({
    workflowsPath: path.resolve('workflows/index.ts'),
    logger: new DefaultLogger('WARN'),
  });
  const file = path.join(FOLDER, `${process.pid}.js`);
  fs.writeFileSync(file, code);
  return { given: file, takeDown: async () => fs.rmSync(file, { force: true }) };
}
