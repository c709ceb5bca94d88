// src/imports/registers/households.ts: the doors of the county, and which of them have signed.
import { divisionNames } from '../../places/store.ts';
import { householdsNumbered, insertContracts, insertHouseholds } from '../../population/store.ts';
import { standingTeams } from '../../teams/store.ts';
import { sheets } from '../rules/columns.ts';
import { type HouseholdDraft, readHousehold } from '../rules/population.ts';
import { type Register, repeated } from './register.ts';

const { columns } = sheets.households;

export const householdRegister: Register<HouseholdDraft> = {
  kind: 'households',
  columns,
  read: (row, { today }) => readHousehold(row, today),

  async check(drafts, { tx, countyCode }, fault) {
    repeated(drafts, ({ registerNo }) => registerNo, columns.registerNo.header, fault);
    const areas = await divisionNames(tx, countyCode);
    const teams = new Set((await standingTeams(tx, countyCode)).map(({ areaCode, side }) => `${areaCode} ${side}`));
    const known = await householdsNumbered(
      tx,
      countyCode,
      drafts.map(({ draft }) => draft.registerNo),
    );
    const villageOf = new Map(known.map(({ registerNo, villageCode }) => [registerNo, villageCode]));
    for (const { line, draft } of drafts) {
      const { villageCode, registerNo, signedOn } = draft;
      if (!areas.has(villageCode)) fault(line, { code: 'row_division_unknown', field: columns.village.header });
      else if ((villageOf.get(registerNo) ?? villageCode) !== villageCode)
        fault(line, { code: 'row_household_elsewhere', field: columns.registerNo.header });
      else if (signedOn && !(teams.has(`${villageCode} medical`) && teams.has(`${villageCode} cadre`)))
        fault(line, { code: 'row_village_without_pair', field: columns.signedOn.header });
    }
  },

  async apply(drafts, { tx, countyCode }) {
    const households = await insertHouseholds(tx, countyCode, drafts);
    const signed = drafts.flatMap(({ registerNo, signedOn }) => (signedOn ? [{ registerNo, signedOn }] : []));
    const at = new Map(
      (
        await householdsNumbered(
          tx,
          countyCode,
          signed.map(({ registerNo }) => registerNo),
        )
      ).map((row) => [row.registerNo, row]),
    );
    const contracts = await insertContracts(
      tx,
      countyCode,
      signed.flatMap(({ registerNo, signedOn }) => {
        const household = at.get(registerNo);
        return household ? [{ householdId: household.id, villageCode: household.villageCode, signedOn }] : [];
      }),
    );
    return { households: households.length, contracts };
  },
};
