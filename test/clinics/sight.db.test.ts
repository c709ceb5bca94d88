// Who sees a clinic session, and who works at its desk.
import { expect, it } from 'vitest';
import { checkIn } from '../../src/clinics/acts/desk.ts';
import * as clinics from '../../src/clinics/acts.ts';
import { board, sessionReply } from '../../src/clinics/board.ts';
import { at } from '../../src/platform/civil.ts';
import { rows, sql } from '../../src/platform/db.ts';
import { launched } from '../campaigns/drive.ts';
import { type SmallCounty, smallCounty } from '../fixtures/county.ts';
import { given } from '../fixtures/hands.ts';
import { fileDatabase } from '../setup/county-database.ts';
import { someone } from '../visits/stop.ts';

const NOW = at('2018-01-30', '09:00');
let county: SmallCounty;
let campaign: string;
let session: string;
const db = fileDatabase(async (opened) => {
  county = await smallCounty(opened);
  campaign = (await launched(opened, county)).id;
  session = await opened.tx(county.actor, NOW, async (tx) => {
    const when = { heldOn: '2018-01-30', fromTime: '09:00', toTime: '12:00', place: '卫生院' } as const;
    const planned = { campaignId: campaign, areaCode: given(county.towns[0]).code, ...when };
    const id = await clinics.planSession(tx, county.actor, planned, NOW, county.supervisor);
    const staff = [{ accountId: county.villages[0].doctor, profession: 'doctor' as const }];
    await clinics.staffSession(tx, county.actor, id, { staff }, NOW);
    await clinics.announce(tx, county.actor, id, NOW);
    await clinics.openSession(tx, county.actor, id, NOW);
    return id;
  });
});
const signsIn = (accountId: string, name: string) => {
  const actor = someone(accountId);
  return db().tx(actor, NOW, (tx) => checkIn(tx, actor, session, { name, services: 2 }, NOW));
};

it('lets a village’s doctor who is named for it work at its desk, and nobody who is not', async () => {
  expect(await signsIn(county.villages[0].doctor, '甲')).toMatchObject({ again: false });
  for (const accountId of [county.villages[1].doctor, county.villages[0].cadre])
    await expect(signsIn(accountId, '乙')).rejects.toThrow('row-level security');
});

it('tells everybody in the county the same of it, and who came to those alone who were there', async () => {
  const people = [
    county.planner,
    given(county.towns[1]).supervisor,
    county.villages[0].cadre,
    county.villages[3].doctor,
  ];
  for (const accountId of people) {
    const actor = someone(accountId);
    const [reply, shown] = await db().tx(actor, NOW, async (tx) => [
      await sessionReply(tx, actor, session),
      await board(tx, actor, campaign, '2018-01-30'),
    ]);
    expect(reply).toMatchObject({ stage: 'open', persons: 1, personTimes: 2, professionals: 1 });
    expect(shown.emptyTowns, 'the other town has none').toEqual([given(county.towns[1]).code]);
  }
  const names = (accountId: string) =>
    db().tx(someone(accountId), NOW, (tx) => rows(tx, sql`select name from clinic_attendance`));
  expect(await names(county.villages[0].doctor)).toHaveLength(1);
  for (const accountId of [county.villages[0].cadre, county.villages[3].doctor, given(county.towns[1]).supervisor])
    expect(await names(accountId)).toEqual([]);
});
