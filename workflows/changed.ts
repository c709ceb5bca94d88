// workflows/changed.ts: the only signal. It carries no facts: it says that the facts are worth another look.
import { defineSignal } from '@temporalio/workflow';

export const changed = defineSignal('changed');
