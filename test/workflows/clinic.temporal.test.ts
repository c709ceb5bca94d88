import { afterAll, beforeAll, expect, it } from 'vitest';
import { closeSession, reportSession } from '../../src/clinics/acts/report.ts';
import * as acts from '../../src/clinics/acts.ts';
import { sessionReply } from '../../src/clinics/board.ts';
import type { AccountActor } from '../../src/platform/actor.ts';
import { at, type Instant } from '../../src/platform/civil.ts';
import { rows, sql, type Tx } from '../../src/platform/db.ts';
import { COUNTY } from '../fixtures/county.ts';
import { openStage, type Stage } from './stage.ts';

let stage: Stage;
let desk: AccountActor;
const OPENS = at('2018-01-30', '08:00');

beforeAll(async () => {
  stage = await openStage(OPENS);
  desk = { kind: 'account', countyCode: COUNTY, accountId: stage.county.towns[0].facility[0] };
});
afterAll(() => stage.close());

const deed = <T>(asOf: Instant, work: (tx: Tx) => Promise<T>): Promise<T> => stage.db.tx(desk, asOf, work);
const stages = async (id: string): Promise<string[]> =>
  (await deed(OPENS, (tx) => sessionReply(tx, desk, id))).history.map((one) => one.stage);
const told = (id: string, words: string): Promise<number> =>
  stage.db.tx(
    stage.county.actor,
    OPENS,
    async (tx) =>
      (await rows(tx, sql`select from notice where subject_id = ${id} and params->>'words' = ${words}`)).length,
  );
const plan = (place: string): Promise<string> =>
  deed(OPENS, (tx) =>
    acts.planSession(
      tx,
      desk,
      { areaCode: stage.county.towns[0].code, heldOn: '2018-02-07', fromTime: '09:00', toTime: '16:00', place },
      OPENS,
    ),
  );

it('announces three working days before, opens on the day, asks for the end and the report, and ends when reported', async () => {
  const id = await plan('卫生院');
  const handle = await stage.start(`clinic/${id}`);
  await deed(OPENS, (tx) =>
    acts.staffSession(
      tx,
      desk,
      id,
      { staff: [{ accountId: stage.county.towns[0].facility[1], profession: 'doctor' }] },
      OPENS,
    ),
  );
  await stage.changed(`clinic/${id}`);
  await stage.until('2018-02-02', '07:55');
  expect(await stages(id)).toEqual(['planned', 'staffed']);
  await stage.until('2018-02-02', '08:05');
  await expect.poll(() => stages(id)).toEqual(['planned', 'staffed', 'announced']);
  expect(await told(id, 'clinics.notice.announced')).toBe(1);

  await stage.until('2018-02-07', '09:05');
  await expect.poll(() => stages(id)).toContain('open');
  await stage.until('2018-02-07', '17:05');
  await expect.poll(() => told(id, 'clinics.notice.close')).toBe(1);
  const evening = at('2018-02-07', '18:00');
  await deed(evening, (tx) => closeSession(tx, desk, id, evening));
  await stage.changed(`clinic/${id}`);
  await stage.until('2018-02-08', '08:05');
  await expect.poll(() => told(id, 'clinics.notice.report')).toBe(1);
  const morning = at('2018-02-08', '09:00');
  await deed(morning, (tx) => reportSession(tx, desk, id, morning));
  await stage.changed(`clinic/${id}`);
  await handle.result();
  expect(await stages(id)).toEqual(['planned', 'staffed', 'announced', 'open', 'closed', 'reported']);
  for (const words of ['announced', 'close', 'report']) expect(await told(id, `clinics.notice.${words}`)).toBe(1);
});

it('of a session begun again at any stage, or long over, the story runs to where the facts are', async () => {
  const id = await plan('文化站');
  await deed(OPENS, (tx) => acts.cancel(tx, desk, id, '大雪', OPENS));
  const handle = await stage.start(`clinic/${id}`);
  await handle.result();
  expect(await stages(id)).toEqual(['planned', 'cancelled']);
});
