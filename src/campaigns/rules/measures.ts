// src/campaigns/rules/measures.ts: what a goal may count. A goal names two of these; its value is always computed.

/** Surveyed ones have no value until a survey by somebody who did not do the teaching exists. */
export const surveyed = ['cadres_aware', 'cadres_asked', 'residents_aware', 'residents_asked'] as const;

export const measures = [
  'households',
  'households_seen',
  'households_signed',
  'persons',
  'persons_with_plan',
  'towns',
  'towns_with_clinic',
  'tasks',
  'tasks_done',
  ...surveyed,
] as const;
export type Measure = (typeof measures)[number];

/** What `of` may say where it does not name a duty. */
export const populations = ['households', 'persons', 'towns', 'villages', 'cadres', 'residents'] as const;

export const isSurveyed = (measure: Measure): boolean => (surveyed as readonly string[]).includes(measure);

/** Counted over one duty's tasks, so that `of` must name the duty. */
export const isOfDuty = (measure: Measure): boolean => measure === 'tasks' || measure === 'tasks_done';
