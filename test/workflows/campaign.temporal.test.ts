import { afterAll, beforeAll, expect, it } from 'vitest';
import { cancelCampaign } from '../../src/campaigns/acts/course.ts';
import { approveCampaign, draftCampaign, submitCampaign } from '../../src/campaigns/acts/draft.ts';
import { extendCampaign } from '../../src/campaigns/acts/extension.ts';
import { requestLaunch } from '../../src/campaigns/acts/launch.ts';
import { at, type Instant } from '../../src/platform/civil.ts';
import { oneRow, rows, sql, type Tx } from '../../src/platform/db.ts';
import { as, NOTICE, waived } from '../campaigns/drive.ts';
import { winter } from '../campaigns/file.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage(NOTICE);
});
afterAll(() => stage.close());

const planner = () => as(stage.county, stage.county.planner);
const deed = <T>(account: string, asOf: Instant, work: (tx: Tx) => Promise<T>): Promise<T> =>
  stage.db.tx(as(stage.county, account), asOf, work);
const stages = (id: string): Promise<string[]> =>
  stage.db.tx(stage.county.actor, NOTICE, async (tx) =>
    (
      await rows(tx, sql<{ stage: string }>`select stage from campaign_stage where campaign_id = ${id} order by seq`)
    ).map((row) => row.stage),
  );

async function submitted(key: string): Promise<string> {
  const { id } = await deed(stage.county.planner, NOTICE, (tx) =>
    draftCampaign(tx, planner(), winter(['key: winter-2018', `key: ${key}`]), NOTICE),
  );
  await deed(stage.county.planner, NOTICE, (tx) => submitCampaign(tx, planner(), id, NOTICE));
  return id;
}

async function approve(id: string, account: string): Promise<void> {
  await deed(account, NOTICE, (tx) => approveCampaign(tx, as(stage.county, account), id, null, NOTICE));
  await stage.changed(`campaign/${id}`);
}

async function running(key: string): Promise<string> {
  const id = await submitted(key);
  await stage.start(`campaign/${id}`);
  await approve(id, stage.county.bureauHealth);
  await approve(id, stage.county.bureauPoverty);
  await expect.poll(() => stages(id)).toEqual(['draft', 'submitted', 'approved']);
  await waived(stage.db, stage.county, id);
  await deed(stage.county.planner, NOTICE, (tx) => requestLaunch(tx, planner(), id, NOTICE));
  await stage.changed(`campaign/${id}`);
  await expect.poll(() => stages(id)).toEqual(['draft', 'submitted', 'approved', 'ready', 'running']);
  return id;
}

it('ends when the campaign is cancelled', async () => {
  const id = await running('given-up');
  const handle = await stage.start(`campaign/${id}`);
  await deed(stage.county.planner, NOTICE, (tx) => cancelCampaign(tx, planner(), id, '并入另一活动', NOTICE));
  await stage.changed(`campaign/${id}`);
  await handle.result();
  expect((await stages(id)).at(-1)).toBe('cancelled');
});

it('carries a drive through approvals, gate and window to a sealed report, though its workflow is lost on the way', async () => {
  const id = await running('carried');
  const lost = await stage.start(`campaign/${id}`);
  await stage.until('2018-01-15', '12:00'); // asleep: the test server's clock stands still for good when a working one is terminated
  await lost.terminate('its store was lost');
  const handle = await stage.start(`campaign/${id}`);
  const moved = at('2018-01-15', '13:00');
  await deed(stage.county.planner, moved, (tx) => extendCampaign(tx, planner(), id, '2018-03-10', '延期', moved));
  await stage.changed(`campaign/${id}`);

  const enrolment = stage.county.villages[0].households[0]?.persons[0]?.enrolments.htn?.id;
  await stage.db.systemPool.query(
    `insert into task (county_code, source_key, kind, subject, subject_id, area_code, enrolment_id, side, opens_on, due_on, created_at)
     values ($1, 'follow/next/htn', 'htn', 'enrolment', $2::text, $3, $2::uuid, 'medical', '2018-02-01', '2018-03-05', '2018-02-06')`,
    [stage.county.countyCode, enrolment, stage.county.villages[0].code],
  );
  await stage.until('2018-03-02', '00:05');
  expect(await stages(id)).toEqual(['draft', 'submitted', 'approved', 'ready', 'running', 'running']);
  const claimed = await stage.db.tx(stage.county.actor, NOTICE, (tx) =>
    oneRow(
      tx,
      sql<{
        in_goal: boolean;
        campaign_id: string;
      }>`select in_goal, campaign_id from task where source_key = 'follow/next/htn'`,
    ),
  );
  expect(claimed).toEqual({ in_goal: false, campaign_id: id }); // found at a day's look: nobody had to wake the story

  await stage.until('2018-03-11', '00:05');
  await expect.poll(() => stages(id)).toContain('closing');
  await stage.until('2018-03-17', '23:55');
  expect(await stages(id)).not.toContain('closed');
  await stage.until('2018-03-18', '00:05');
  await handle.result();
  expect((await stages(id)).slice(5)).toEqual(['running', 'closing', 'closed']);
  const { open, sealed } = await stage.db.tx(stage.county.actor, NOTICE, (tx) =>
    oneRow(
      tx,
      sql<{
        open: number;
        sealed: number;
      }>`select (select count(*) from task where campaign_id = ${id} and closed_at is null and released_at is null) as open,
        (select count(*) from seal where campaign_id = ${id}) as sealed`,
    ),
  );
  expect({ open, sealed }).toEqual({ open: 0, sealed: 1 });
});
