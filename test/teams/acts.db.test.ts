import { describe, expect, it } from 'vitest';
import type { AccountActor } from '../../src/platform/actor.ts';
import { at, type Instant } from '../../src/platform/civil.ts';
import { open } from '../../src/platform/crypto.ts';
import { oneRow, sql, type Tx } from '../../src/platform/db.ts';
import { changeMember, consentToStandIn, setRoster, takeLeave } from '../../src/teams/acts.ts';
import { rosterAt } from '../../src/teams/store/roster.ts';
import { leadsOf, leavesOf, membersOf, pairOf, supervisorsOf } from '../../src/teams/store.ts';
import { COUNTY, type SmallCounty, smallCounty, testKeys } from '../fixtures/county.ts';
import { fileDatabase } from '../setup/county-database.ts';

let county: SmallCounty;
const db = fileDatabase(async (opened) => {
  county = await smallCounty(opened);
});
const NOW = at('2018-01-10', '09:00');
const as = (accountId: string): AccountActor => ({ kind: 'account', countyCode: COUNTY, accountId });
const ask = <T>(work: (tx: Tx) => Promise<T>, asOf: Instant = NOW) => db().tx(county.actor, asOf, work);
const refused = (code: string) => ({ faults: [expect.objectContaining({ code })] });

/** Asked for by whoever goes, agreed to by whoever stands in. */
async function away(leave: Parameters<typeof takeLeave>[2]): Promise<void> {
  const actor = as(leave.accountId);
  const { id } = await db().tx(actor, NOW, (tx) => takeLeave(tx, actor, leave, NOW));
  const substitute = as(leave.substituteId);
  await db().tx(substitute, NOW, (tx) => consentToStandIn(tx, substitute, id, NOW));
}

describe('leave', () => {
  it('changes nothing before the substitute consents, which nobody else can', async () => {
    const [village] = county.villages;
    const leave = {
      accountId: village.doctor,
      fromOn: '2018-03-15',
      toOn: '2018-03-16',
      substituteId: village.nurse,
    } as const;
    const actor = as(village.doctor);
    const { id } = await db().tx(actor, NOW, (tx) => takeLeave(tx, actor, leave, NOW));
    const lead = async () =>
      (await ask((tx) => leadsOf(tx, COUNTY, village.code, ['medical'], '2018-03-15'))).map(
        ({ accountId }) => accountId,
      );
    expect(await lead()).toEqual([village.doctor]);
    await expect(db().tx(actor, NOW, (tx) => consentToStandIn(tx, actor, id, NOW))).rejects.toMatchObject(
      refused('leave_consent_of_another'),
    );
    expect(await lead()).toEqual([village.doctor]);
    const nurse = as(village.nurse);
    expect(await db().tx(nurse, NOW, (tx) => leavesOf(tx, COUNTY, village.nurse, '2018-01-10'))).toMatchObject([
      { id, consentedAt: null },
    ]);
    await db().tx(nurse, NOW, (tx) => consentToStandIn(tx, nurse, id, NOW));
    expect(await lead()).toEqual([village.nurse]);
  });

  it('has an end within half a year', async () => {
    const [village] = county.villages;
    const leave = {
      accountId: village.cadre,
      fromOn: '2018-04-01',
      toOn: '2099-12-31',
      substituteId: village.nurse,
    } as const;
    await expect(ask((tx) => takeLeave(tx, county.actor, leave, NOW))).rejects.toMatchObject(refused('leave_too_long'));
  });

  it('puts the substitute in the lead’s place on its days, and nobody else’s', async () => {
    const [village] = county.villages;
    await away({ accountId: village.doctor, fromOn: '2018-01-15', toOn: '2018-01-16', substituteId: village.nurse });
    const leads = (day: '2018-01-14' | '2018-01-15' | '2018-01-16' | '2018-01-17') =>
      ask((tx) => leadsOf(tx, COUNTY, village.code, ['medical', 'cadre'], day));
    const both = new Set([village.nurse, village.cadre]);
    for (const day of ['2018-01-15', '2018-01-16'] as const) {
      const told = await leads(day);
      expect(new Set(told.map(({ accountId }) => accountId))).toEqual(both);
      expect(told.find(({ accountId }) => accountId === village.nurse)?.standsInFor).toBe(village.doctor);
    }
    for (const day of ['2018-01-14', '2018-01-17'] as const)
      expect((await leads(day)).map(({ accountId }) => accountId).sort()).toEqual(
        [village.doctor, village.cadre].sort(),
      );
  });

  it('leaves the post empty when the substitute is away too', async () => {
    const { supervisor, code } = county.towns[0];
    const [village] = county.villages;
    const from = { fromOn: '2018-02-15', toOn: '2018-02-15' } as const;
    await away({ ...from, accountId: supervisor, substituteId: village.cadre });
    expect(await ask((tx) => supervisorsOf(tx, COUNTY, code, '2018-02-15'))).toHaveLength(1);
    await away({ ...from, accountId: village.cadre, substituteId: village.nurse });
    expect(await ask((tx) => supervisorsOf(tx, COUNTY, code, '2018-02-15'))).toEqual([]);
    expect(await ask((tx) => supervisorsOf(tx, COUNTY, code, '2018-02-16'))).toMatchObject([
      { accountId: supervisor, standsInFor: null },
    ]);
  });

  it('is refused when it overlaps another, ends before it begins, or names her own substitute', async () => {
    const [, village] = county.villages;
    const leave = {
      accountId: village.doctor,
      fromOn: '2018-01-20',
      toOn: '2018-01-25',
      substituteId: village.nurse,
    } as const;
    await ask((tx) => takeLeave(tx, county.actor, leave, NOW));
    await expect(
      ask((tx) => takeLeave(tx, county.actor, { ...leave, fromOn: '2018-01-25', toOn: '2018-01-26' }, NOW)),
    ).rejects.toMatchObject(refused('leave_overlaps'));
    await expect(ask((tx) => takeLeave(tx, county.actor, { ...leave, toOn: '2018-01-01' }, NOW))).rejects.toMatchObject(
      refused('leave_reversed'),
    );
    await expect(
      ask((tx) => takeLeave(tx, county.actor, { ...leave, substituteId: village.doctor }, NOW)),
    ).rejects.toMatchObject(refused('substitute_is_self'));
  });

  it('of another town’s staff is not a supervisor’s to write', async () => {
    const actor = as(county.towns[0].supervisor);
    const { doctor, nurse } = county.villages[2];
    const leave = { accountId: doctor, fromOn: '2018-01-20', toOn: '2018-01-25', substituteId: nurse } as const;
    await expect(db().tx(actor, NOW, (tx) => takeLeave(tx, actor, leave, NOW))).rejects.toMatchObject(
      refused('area_not_yours'),
    );
  });
});

describe('a hand-over', () => {
  it('moves the post, the role and what is seen in one act, from its day on', async () => {
    const village = county.villages[3];
    const coming = county.villages[2].nurse;
    const supervisor = as(county.towns[1].supervisor);
    await db().tx(supervisor, NOW, (tx) =>
      changeMember(
        tx,
        supervisor,
        village.medicalTeam,
        { leavingId: village.doctor, comingId: coming, source: 'town_hospital', fromOn: '2018-01-20' },
        NOW,
      ),
    );
    const lead = async (day: '2018-01-19' | '2018-01-20') =>
      (await ask((tx) => leadsOf(tx, COUNTY, village.code, ['medical'], day))).map(({ accountId }) => accountId);
    expect(await lead('2018-01-19')).toEqual([village.doctor]);
    expect(await lead('2018-01-20')).toEqual([coming]);
    const members = await ask((tx) => membersOf(tx, COUNTY, [village.medicalTeam], '2018-01-20'));
    expect(members.map(({ accountId, role }) => [accountId, role])).toEqual([
      [coming, 'lead'],
      [village.nurse, 'member'],
    ]);
    const sees = (account: string, asOf: Instant) =>
      db().tx(
        as(account),
        asOf,
        async (tx) =>
          (
            await oneRow(
              tx,
              sql<{ n: number }>`select count(*) as n from household where village_code = ${village.code}`,
            )
          ).n,
      );
    expect(await sees(village.doctor, at('2018-01-19', '12:00'))).toBe(3);
    expect(await sees(village.doctor, at('2018-01-20', '12:00'))).toBe(0);
    expect(await sees(coming, at('2018-01-20', '12:00'))).toBe(3);
  });

  it('is refused for somebody who is not in the team, to somebody who is, in the past, or in another town', async () => {
    const village = county.villages[1];
    const change = {
      leavingId: village.cadre,
      comingId: county.planner,
      source: 'first_secretary',
      fromOn: '2018-01-20',
    } as const;
    const attempt = (
      given: Partial<typeof change> | { fromOn: '2018-01-09' } | { leavingId: string } | { comingId: string },
    ) => ask((tx) => changeMember(tx, county.actor, village.cadreTeam, { ...change, ...given }, NOW));
    await expect(attempt({ leavingId: village.doctor })).rejects.toMatchObject(refused('member_not_in_team'));
    await expect(attempt({ comingId: village.secondCadre })).rejects.toMatchObject(refused('member_already_in_team'));
    await expect(attempt({ fromOn: '2018-01-09' })).rejects.toMatchObject(refused('handover_before_post'));
    const other = as(county.towns[1].supervisor);
    await expect(
      db().tx(other, NOW, (tx) => changeMember(tx, other, village.cadreTeam, change, NOW)),
    ).rejects.toMatchObject(refused('area_not_yours'));
  });
});

describe('a village', () => {
  it('has a pair of teams', async () => {
    const [village] = county.villages;
    const pair = await ask((tx) => pairOf(tx, COUNTY, village.code));
    expect([pair.medical?.id, pair.cadre?.id]).toEqual([village.medicalTeam, village.cadreTeam]);
    expect(await ask((tx) => pairOf(tx, COUNTY, '450803001099'))).toEqual({ medical: null, cadre: null });
  });
});

describe('the duty roster', () => {
  it('is answered by the town’s shift for its villages, which changes hands at 08:00 exactly', async () => {
    const [town] = county.towns;
    const [village] = county.villages;
    const before = await ask((tx) => rosterAt(tx, COUNTY, village.code, at('2018-01-30', '07:59')));
    const after = await ask((tx) => rosterAt(tx, COUNTY, village.code, at('2018-01-30', '08:00')));
    expect(before).toMatchObject({ areaCode: town.code, firstId: town.facility[0], secondId: town.facility[2] });
    expect(after).toMatchObject({
      firstId: town.facility[0],
      secondId: town.facility[1],
      fromAt: at('2018-01-30', '08:00'),
    });
    expect(open(testKeys, after?.phoneEnc ?? '', 'duty_roster.phone')).toBe('13000000000');
    expect(await ask((tx) => rosterAt(tx, COUNTY, village.code, at('2018-01-09', '07:59')))).toBeNull();
  });

  it('takes all shifts or none', async () => {
    const [town] = county.towns;
    const shift = {
      areaCode: town.code,
      fromAt: at('2018-03-20', '08:00'),
      toAt: at('2018-03-21', '08:00'),
      firstId: town.facility[0],
      secondId: town.facility[1],
      phone: '13000000003',
    };
    const overlapping = { ...shift, fromAt: at('2018-03-21', '07:00'), toAt: at('2018-03-22', '08:00') };
    const attempt = (shifts: (typeof shift)[]) => ask((tx) => setRoster(tx, county.actor, testKeys, { shifts }, NOW));
    await expect(attempt([shift, overlapping])).rejects.toMatchObject(refused('shift_overlaps'));
    expect(await ask((tx) => rosterAt(tx, COUNTY, town.code, at('2018-03-20', '12:00')))).toBeNull();
    await expect(attempt([{ ...shift, secondId: shift.firstId }])).rejects.toMatchObject(refused('shift_needs_two'));
    await expect(attempt([{ ...shift, toAt: shift.fromAt }])).rejects.toMatchObject(refused('shift_reversed'));
    expect(await attempt([shift])).toEqual({ written: 1 });
  });
});
