// examples/winter-drive/events.ts: everything that happens beside the doors, in the order of the clock.
import type { Cast } from './cast.ts';
import { clinicDay } from './clinic-day.ts';
import { broadcasts } from './events/broadcasts.ts';
import { changes } from './events/changes.ts';
import { checklists, round } from './events/checks.ts';
import { phones } from './events/phones.ts';
import { helpCalls, promises, unheard } from './events/pleas.ts';
import { handOvers, leaves } from './events/posts.ts';
import { snow } from './events/snow.ts';
import { lateTraining } from './events/training.ts';
import type { Office } from './minders.ts';
import { clinicDays } from './plan.ts';
import type { Schedule } from './play.ts';
import type { Happening } from './timeline.ts';

export function eventsOf(office: Office, cast: Cast, { calendar, stops }: Schedule): readonly Happening[] {
  return [
    lateTraining(office, cast),
    ...phones(cast),
    ...broadcasts(cast, calendar),
    ...snow(cast),
    ...clinicDays(cast, calendar).map(({ town, heldOn }) => clinicDay(cast, town, heldOn)),
    ...checklists(cast, calendar),
    ...round(office, cast),
    ...leaves(cast),
    ...handOvers(cast),
    ...helpCalls(cast, calendar),
    ...promises(cast, calendar),
    ...unheard(cast, stops),
    ...changes(cast, calendar, stops),
  ];
}
