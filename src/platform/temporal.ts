// src/platform/temporal.ts: the way to Temporal: one connection, encrypted payloads, and the one signal.
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { type DataConverter, WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/common';
import { payloadCodec } from './codec.ts';
import type { Keys } from './crypto.ts';

export const TASK_QUEUE = 'doorstep';
/** Also given to the workflow bundle. */
export const FAILURE_CONVERTER = fileURLToPath(new URL('./failure-converter.ts', import.meta.url));
const SIGNAL_BOUND = 5_000; // ms: a server that takes longer is down, and the next tick asks again

/** For clients and workers alike: what one writes the other must read. */
export function dataConverter(keys: Keys): DataConverter {
  return { payloadCodecs: [payloadCodec(keys)], failureConverterPath: FAILURE_CONVERTER };
}

export interface TemporalOptions {
  /** host:port of the front end. */
  readonly address: string;
  readonly namespace: string;
  readonly keys: Keys;
}

/** A client that connects when first used: the API serves people while Temporal is away. Close its `connection` at the end. */
export function openTemporal({ address, namespace, keys }: TemporalOptions): Client {
  return new Client({ connection: Connection.lazy({ address }), namespace, dataConverter: dataConverter(keys) });
}

/** `{type}/{key}`: the workflow function's name, then its only argument. @throws Error on an id of another form. */
export function partsOf(workflowId: string): { type: string; key: string } {
  const slash = workflowId.indexOf('/');
  if (slash < 1 || slash === workflowId.length - 1) throw new Error(`no workflow id: ${workflowId}`);
  return { type: workflowId.slice(0, slash), key: workflowId.slice(slash + 1) };
}

/** Wakes a workflow, starting it when it does not run. Twice is once: the workflow reads the facts, the signal carries none. */
export async function signal(client: Client, workflowId: string): Promise<void> {
  const { type, key } = partsOf(workflowId);
  await client.withDeadline(Date.now() + SIGNAL_BOUND, () =>
    client.workflow.signalWithStart(type, {
      workflowId,
      taskQueue: TASK_QUEUE,
      args: [key],
      signal: 'changed',
      signalArgs: [],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    }),
  );
}

/** Wakes several together and waits for all, the failed ones too: nothing is left on the wire. @throws the first failure. */
export async function signalEach(
  ids: readonly string[],
  signalOne: (workflowId: string) => Promise<void>,
): Promise<void> {
  for (const result of await Promise.allSettled(ids.map(signalOne)))
    if (result.status === 'rejected') throw result.reason;
}
