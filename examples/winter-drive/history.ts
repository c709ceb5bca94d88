// examples/winter-drive/history.ts: from an empty database to Tuesday 30 January 2018, 08:00: day 61 of the drive, with everything since the launch recorded by the product's own acts and sweeps.
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { prepareCampaign } from '../../src/campaigns/acts/draft.ts';
import { claimNextFollowUps, launchCampaign } from '../../src/campaigns/acts/launch.ts';
import { systemActor } from '../../src/platform/actor.ts';
import { at, type CivilDate, type Instant, plusDays, plusMinutes } from '../../src/platform/civil.ts';
import { oneRow, sql } from '../../src/platform/db.ts';
import { wake } from '../../src/platform/wake.ts';
import { COUNTY } from './county.ts';
import { FIRST_SEEN, LAUNCH, STORY_DAY } from './field-work.ts';
import { minders, type Office } from './minders.ts';
import { openExampleCounty } from './open.ts';
import { APPROVED, approveDrive, askForLaunch, LAUNCHED, planClinics, recordTraining, trainedEarly } from './plan.ts';
import { openStory, scheduleOf } from './play.ts';
import type { Happening } from './timeline.ts';

/** When the example opens. */
export const OPENS: Instant = at(STORY_DAY, '08:00');

/**
 * @param tell is told of each step and each day.
 * @param options its first towns alone, for a test.
 * @throws Error when the county does not come to the story's numbers.
 */
export async function tellHistory(
  office: Office,
  tell: (line: string) => void,
  options: { readonly towns?: number } = {},
): Promise<void> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'doorstep-registers-'));
  try {
    await openExampleCounty(office.db, office.keys, folder, { ...options, tell });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  const schedule = await scheduleOf(office, options);
  const story = await openStory(office, schedule);
  const system = systemActor(COUNTY);
  const minding = minders(office);

  const campaignId = await approveDrive(office, story.cast);
  await office.db.tx(system, APPROVED, (tx) => prepareCampaign(tx, system, campaignId, APPROVED));
  await recordTraining(office, story.cast, trainedEarly, plusMinutes(APPROVED, 5));
  await planClinics(office, story.cast, campaignId, schedule.calendar);
  await askForLaunch(office, story.cast, campaignId);
  await office.db.tx(system, LAUNCHED, async (tx) => {
    await launchCampaign(tx, system, campaignId, LAUNCHED);
    await wake(tx, [`register/${COUNTY}`]);
  });
  await sql`analyze task`.execute(office.db.systemKysely);
  await minding.pass(LAUNCHED, LAUNCHED);

  for (let day: CivilDate = LAUNCH; day < STORY_DAY; day = plusDays(day, 1)) {
    const claimed: Happening = {
      at: at(day, '20:30'),
      lane: null,
      actor: system,
      async do(tx, asOf) {
        await claimNextFollowUps(tx, system, campaignId, asOf);
        return [];
      },
    };
    const odd = await story.playDay(day, minding, [claimed]);
    if (odd.length > 0) throw new Error(`${day}: ${JSON.stringify(odd.slice(0, 2))}`);
    tell(day);
  }
  await story.playUntil(OPENS, minding);
  if (options.towns === undefined) await checkSeen(office);
}

/** The story's own number: a county that comes to another one is not shown. */
async function checkSeen(office: Office): Promise<void> {
  const since = at(LAUNCH, '00:00');
  const { seen } = await office.db.tx(systemActor(COUNTY), OPENS, (tx) =>
    oneRow(
      tx,
      sql<{ seen: number }>`select count(distinct household_id) as seen from record
        where county_code = ${COUNTY} and kind = 'policy_talk' and filing = 'accepted' and occurred_at >= ${since} and occurred_at < ${OPENS}`,
    ),
  );
  const told = FIRST_SEEN.slice(0, 15).reduce((sum, day) => sum + day, 0);
  if (seen !== told) throw new Error(`${seen} households were seen; the story tells of ${told}`);
}
