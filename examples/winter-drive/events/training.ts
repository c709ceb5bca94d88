// examples/winter-drive/events/training.ts: the teams that missed the training before the launch are trained a week later.
import { at, type Instant } from '../../../src/platform/civil.ts';
import type { Cast } from '../cast.ts';
import type { Office } from '../minders.ts';
import { recordTraining } from '../plan.ts';
import type { Happening } from '../timeline.ts';
import { deed } from './deed.ts';

const LATE_TRAINING: Instant = at('2018-01-17', '15:00');

export const lateTraining = (office: Office, cast: Cast): Happening =>
  deed(LATE_TRAINING, cast.account('training.1'), () => recordTraining(office, cast, () => true, LATE_TRAINING));
