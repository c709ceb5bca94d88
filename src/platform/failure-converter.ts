// src/platform/failure-converter.ts: messages and stack traces of failures travel encrypted like everything else; loaded by path, in workflows too.
import { DefaultFailureConverter } from '@temporalio/common';

export const failureConverter = new DefaultFailureConverter({ encodeCommonAttributes: true });
