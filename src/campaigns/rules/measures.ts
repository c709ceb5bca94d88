// src/campaigns/rules/measures.ts: what a goal may count. A goal names two of these; its value is always computed.

/** Surveyed ones have no value until a survey by somebody who did not do the teaching exists. */
export const surveyed = ['cadres_aware', 'cadres_asked', 'residents_aware', 'residents_asked'] as const;

export const measures = [
  'households',
  'households_seen',
  'households_signed',
  'persons',
  'persons_with_plan',
  'persons_on_record', // a file in the record system (居民健康档案), which is not connected: 未测; a plan (一人一策) is no file
  'towns',
  'towns_with_clinic',
  'tasks',
  'tasks_done',
  ...surveyed,
] as const;
export type Measure = (typeof measures)[number];

/** What each numerator is a share of; null for what is itself a whole. A share of anything else would prove nothing. */
export const denominatorOf: Readonly<Record<Measure, Measure | null>> = {
  households: null,
  households_seen: 'households',
  households_signed: 'households',
  persons: null,
  persons_with_plan: 'persons',
  persons_on_record: 'persons',
  towns: null,
  towns_with_clinic: 'towns',
  tasks: null,
  tasks_done: 'tasks',
  cadres_aware: 'cadres_asked',
  cadres_asked: null,
  residents_aware: 'residents_asked',
  residents_asked: null,
};

/** What `of` may say where it does not name a duty. */
export const populations = ['households', 'persons', 'towns', 'villages', 'cadres', 'residents'] as const;

export const isSurveyed = (measure: Measure): boolean => (surveyed as readonly string[]).includes(measure);

/** Counted over one duty's tasks, so that `of` must name the duty. */
export const isOfDuty = (measure: Measure): boolean => measure === 'tasks' || measure === 'tasks_done';
