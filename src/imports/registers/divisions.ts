// src/imports/registers/divisions.ts: the county, its towns and its villages.
import { divisionNames, insertDivisions } from '../../places/store.ts';
import { sheets } from '../rules/columns.ts';
import { type DivisionDraft, parentOf, readDivision } from '../rules/divisions.ts';
import { type Register, repeated } from './register.ts';

const { columns } = sheets.divisions;

export const divisionRegister: Register<DivisionDraft> = {
  kind: 'divisions',
  columns,
  read: (row, { countyCode }) => readDivision(row, countyCode),

  async check(drafts, { tx, countyCode }, fault) {
    repeated(drafts, ({ code }) => code, columns.code.header, fault);
    const known = await divisionNames(tx, countyCode);
    const here = new Set([...known.keys(), ...drafts.map(({ draft }) => draft.code)]);
    for (const { line, draft } of drafts) {
      const parent = parentOf(draft.code);
      if (parent && !here.has(parent)) fault(line, { code: 'row_division_parent_missing', field: columns.code.header });
      const name = known.get(draft.code);
      if (name !== undefined && name !== draft.name)
        fault(line, { code: 'row_division_named_otherwise', field: columns.name.header });
    }
  },

  apply: async (drafts, { tx, countyCode }) => ({ divisions: await insertDivisions(tx, countyCode, drafts) }),
};
