// workflows/index.ts: every workflow by its type; the worker bundles from here.
export { agenda } from './agenda.ts';
export { campaign } from './campaign.ts';
export { clinic } from './clinic.ts';
export { courier } from './courier.ts';
export { referral } from './referral.ts';
export { register } from './register.ts';
export { round } from './round.ts';
