// workflows/index.ts: every workflow by its type; the worker bundles from here.
export { agenda } from './agenda.ts';
export { courier } from './courier.ts';
export { clinic } from './clinic.ts';
export { round } from './round.ts';
