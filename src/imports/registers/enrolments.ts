// src/imports/registers/enrolments.ts: who is followed up for what, and when next: an enrolment never stands without an open task.

import { routineGraceUntil } from '../../followups/protocols/assessment.ts';
import { plusDays } from '../../platform/civil.ts';
import { blindIndex } from '../../platform/crypto.ts';
import { wake, workflowIds } from '../../platform/wake.ts';
import { insertEnrolments } from '../../population/store/persons.ts';
import { personsIndexed } from '../../population/store.ts';
import { followTaskKey } from '../../tasks/rules/keys.ts';
import { insertTasks } from '../../tasks/store.ts';
import { sheets } from '../rules/columns.ts';
import { type EnrolmentDraft, readEnrolment } from '../rules/population.ts';
import { type Register, repeated } from './register.ts';

const { columns } = sheets.enrolments;
const OPENS_BEFORE = 14; // days: as early as a routine visit may be made and still be that visit

export const enrolmentRegister: Register<EnrolmentDraft> = {
  kind: 'enrolments',
  columns,
  read: (row, { today }) => readEnrolment(row, today),

  async check(drafts, { tx, countyCode, keys }, fault) {
    repeated(drafts, ({ idNo, programme }) => `${idNo} ${programme}`, columns.idNo.header, fault);
    const known = await personsIndexed(
      tx,
      countyCode,
      drafts.map(({ draft }) => blindIndex(keys, draft.idNo)),
    );
    const indexes = new Set(known.map(({ idNoIndex }) => idNoIndex));
    for (const { line, draft } of drafts)
      if (!indexes.has(blindIndex(keys, draft.idNo)))
        fault(line, { code: 'row_person_unknown', field: columns.idNo.header });
  },

  async apply(drafts, { tx, countyCode, keys, asOf }) {
    const indexed = drafts.map((draft) => ({ draft, index: blindIndex(keys, draft.idNo) }));
    const persons = await personsIndexed(
      tx,
      countyCode,
      indexed.map(({ index }) => index),
    );
    const personOf = new Map(persons.map((person) => [person.idNoIndex, person]));
    const entries = indexed.flatMap(({ draft, index }) => {
      const person = personOf.get(index);
      return person ? [{ draft, person }] : [];
    });
    const enrolled = await insertEnrolments(
      tx,
      countyCode,
      entries.map(({ draft: { programme, fromOn }, person }) => ({
        personId: person.id,
        villageCode: person.villageCode,
        programme,
        fromOn,
      })),
    );
    const entryOf = new Map(entries.map((entry) => [`${entry.person.id} ${entry.draft.programme}`, entry]));
    const tasks = await insertTasks(
      tx,
      countyCode,
      enrolled.flatMap(({ id, personId, programme, villageCode }) => {
        const entry = entryOf.get(`${personId} ${programme}`);
        if (!entry) return [];
        const { nextOn } = entry.draft;
        return {
          sourceKey: followTaskKey(id, programme),
          kind: programme,
          subject: 'enrolment' as const,
          subjectId: id,
          areaCode: villageCode,
          householdId: entry.person.householdId,
          personId,
          enrolmentId: id,
          side: 'medical' as const,
          opensOn: plusDays(nextOn, -OPENS_BEFORE),
          dueOn: nextOn,
          graceUntil: routineGraceUntil(nextOn),
        };
      }),
      asOf,
    );
    await wake(
      tx,
      enrolled.map(({ villageCode }) => workflowIds.agenda(villageCode)),
    );
    return { enrolments: enrolled.length, tasks: tasks.length };
  },
};
