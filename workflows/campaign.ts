// workflows/campaign.ts: one drive from its submission to its sealed report. What people decide in between are facts; this waits for them.
import { proxyActivities } from '@temporalio/workflow';
import type { Activities } from '../activities/index.ts';
import type { Instant } from '../src/platform/civil.ts';
import { story } from './story.ts';

const activities = proxyActivities<Activities>({
  startToCloseTimeout: '2 minutes', // a launch over 62,703 people is one transaction of some seconds
  scheduleToCloseTimeout: '10 minutes', // then the story asks again with a new moment
});

/** @param id the campaign's; everything else is read. */
export async function campaign(id: string): Promise<void> {
  const { until, act } = story(id);
  const of = (asOf: Instant) => ({ campaignId: id, asOf });
  const facts = (asOf: Instant) => activities.campaignFacts(of(asOf));

  // Every issuing bureau approves; preparation begins.
  let drive = await until(facts, (is) => is.ended || is.approved);
  if (!drive.ended && !drive.prepared) await act((asOf) => activities.prepareCampaign(of(asOf)));

  // The gate: somebody answers for what is not ready and asks for the launch, before the window opens or after.
  drive = await until(facts, (is) => is.ended || is.launched || is.mayLaunch);
  if (!drive.ended && !drive.launched) await act((asOf) => activities.launchCampaign(of(asOf)));

  // The drive. Pauses, extensions and waves move days, not this line; what falls due on the way is claimed,
  // and an end that the bureaus have signed is moved.
  for (;;) {
    drive = await until(facts, (is) => is.ended || is.extensionSigned || is.windowOver || is.hasClaims);
    if (drive.ended) return;
    if (drive.extensionSigned) await act((asOf) => activities.applyExtension(of(asOf)));
    else if (!drive.windowOver) await act((asOf) => activities.claimNextFollowUps(of(asOf)));
    else if (await act((asOf) => activities.beginClosing(of(asOf)))) break;
  }

  // Late entries come home; then everything ends and is signed in one transaction.
  drive = await until(facts, (is) => is.ended || is.graceOver);
  if (!drive.ended) await act((asOf) => activities.closeCampaign(of(asOf)));
}
