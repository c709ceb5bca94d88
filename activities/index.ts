// activities/index.ts: everything a workflow may ask for, in one map.
import { agenda } from './agenda.ts';
import { courier } from './courier.ts';
import type { Platform } from './run.ts';

export const activities = (platform: Platform) => ({
  ...agenda(platform),
  ...courier(platform),
});

export type Activities = ReturnType<typeof activities>;
