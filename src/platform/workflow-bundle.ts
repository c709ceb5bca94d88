// src/platform/workflow-bundle.ts: the workflows as one script, made by a process that ends: webpack leaves 160 MB behind in the one it runs in.
import { execFile } from 'node:child_process';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';
import { FAILURE_CONVERTER } from './temporal.ts';

const SELF = fileURLToPath(import.meta.url);
const WORKFLOWS = fileURLToPath(new URL('../../workflows/index.ts', import.meta.url));
const LARGEST = 64 * 1024 * 1024; // bytes: it is some 2 MB

/** @throws Error with what webpack said. */
export async function workflowBundle(): Promise<{ code: string }> {
  const { stdout } = await promisify(execFile)(process.execPath, [SELF], { maxBuffer: LARGEST });
  return { code: stdout };
}

async function main(): Promise<void> {
  const { code } = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS,
    failureConverterPath: FAILURE_CONVERTER,
    logger: new DefaultLogger('WARN'),
  });
  process.stdout.write(code);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main();
