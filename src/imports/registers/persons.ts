// src/imports/registers/persons.ts: the people of the register, with what it says of each; numbers are sealed before they are written.
import { blindIndex, seal } from '../../platform/crypto.ts';
import { insertMemberships, insertPlans, insertPresence } from '../../population/store/persons.ts';
import { householdsNumbered, insertPersons, personsIndexed } from '../../population/store.ts';
import { sheets } from '../rules/columns.ts';
import { type PersonDraft, readPerson } from '../rules/population.ts';
import { type Register, repeated } from './register.ts';

const { columns } = sheets.persons;

export const personRegister: Register<PersonDraft> = {
  kind: 'persons',
  columns,
  read: (row, { today }) => readPerson(row, today),

  async check(drafts, { tx, countyCode, keys }, fault) {
    repeated(drafts, ({ idNo }) => idNo, columns.idNo.header, fault);
    const households = await householdsNumbered(
      tx,
      countyCode,
      drafts.map(({ draft }) => draft.registerNo),
    );
    const idOf = new Map(households.map(({ registerNo, id }) => [registerNo, id]));
    const known = await personsIndexed(
      tx,
      countyCode,
      drafts.map(({ draft }) => blindIndex(keys, draft.idNo)),
    );
    const homeOf = new Map(known.map(({ idNoIndex, householdId }) => [idNoIndex, householdId]));
    for (const { line, draft } of drafts) {
      const household = idOf.get(draft.registerNo);
      const home = homeOf.get(blindIndex(keys, draft.idNo));
      if (household === undefined) fault(line, { code: 'row_household_unknown', field: columns.household.header });
      else if (home !== undefined && home !== household)
        fault(line, { code: 'row_person_elsewhere', field: columns.household.header });
    }
  },

  /** Whoever is on the register already stays as she is: what changes there changes by a decision, not by a file. */
  async apply(drafts, { tx, countyCode, keys, asOf }) {
    const households = await householdsNumbered(
      tx,
      countyCode,
      drafts.map(({ registerNo }) => registerNo),
    );
    const householdOf = new Map(households.map((household) => [household.registerNo, household]));
    const people = drafts.flatMap((draft) => {
      const household = householdOf.get(draft.registerNo);
      return household ? [{ draft, household, index: blindIndex(keys, draft.idNo) }] : [];
    });
    const made = await insertPersons(
      tx,
      countyCode,
      people.map(({ draft: { name, sex, bornOn, idNo, phone }, household, index }) => ({
        householdId: household.id,
        villageCode: household.villageCode,
        name,
        sex,
        bornOn,
        idNoEnc: seal(keys, idNo, 'person.id_no'),
        idNoIndex: index,
        phoneEnc: phone === null ? null : seal(keys, phone, 'person.phone'),
      })),
    );
    const idOf = new Map(made.map(({ idNoIndex, id }) => [idNoIndex, id]));
    const added = people.flatMap(({ draft, household, index }) => {
      const personId = idOf.get(index);
      return personId ? [{ draft, of: { personId, villageCode: household.villageCode } }] : [];
    });
    return {
      persons: made.length,
      categories: await insertMemberships(
        tx,
        countyCode,
        added.map(({ draft, of }) => ({ ...of, category: draft.category, fromOn: draft.categoryFrom })),
      ),
      plans: await insertPlans(
        tx,
        countyCode,
        added.flatMap(({ draft, of }) => (draft.plan ? [{ ...of, ...draft.plan, fromOn: draft.categoryFrom }] : [])),
      ),
      stays: await insertPresence(
        tx,
        countyCode,
        added.flatMap(({ draft, of }) => draft.stays.map((stay) => ({ ...of, ...stay }))),
        asOf,
      ),
    };
  },
};
