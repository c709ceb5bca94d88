// activities/index.ts: everything a workflow may ask for, in one map.
import { agenda } from './agenda.ts';
import { campaign } from './campaign.ts';
import { clinic } from './clinic.ts';
import { courier } from './courier.ts';
import { referral } from './referral.ts';
import { register } from './register.ts';
import { round } from './round.ts';
import type { Platform } from './run.ts';

export const activities = (platform: Platform) => ({
  ...agenda(platform),
  ...campaign(platform),
  ...clinic(platform),
  ...courier(platform),
  ...referral(platform),
  ...register(platform),
  ...round(platform),
});

export type Activities = ReturnType<typeof activities>;
