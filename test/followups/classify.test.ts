import { describe, expect, it } from 'vitest';
import { classified } from './lines.ts';

const fine = { id: 'fine', programme: 'htn', input: { visitedOn: '2018-03-01', age: 50, sbp: 120, dbp: 80 } };
const judged = {
  id: 'fine',
  class: 'SATISFIED',
  referral: null,
  nextDueOn: '2018-06-01',
  nextKind: 'routine',
  rule: 'htn.satisfied',
};
const withInput = (input: object) => ({ ...fine, input: { ...fine.input, ...input } });

describe('classify', () => {
  it('writes one judgement a line, with these fields in this order', async () => {
    const [line] = await classified(fine);
    expect(line).toEqual(judged);
    expect(Object.keys(line ?? {})).toEqual(Object.keys(judged));
  });

  it('goes on after a bad line, and names the line where it has no id', async () => {
    const lines = await classified('{not json', '', '[1]', { programme: 'htn' }, fine, { ...fine, id: 7 });
    expect(lines).toMatchObject([
      { line: 1, error: { code: 'bad_json', field: null } },
      { line: 3, error: { code: 'bad_json' } },
      { line: 4, error: { code: 'missing_field', field: 'id' } },
      judged,
      { ...judged, id: 7 },
    ]);
  });

  it('leaves other fields of a line alone, and a byte-order mark', async () => {
    expect(await classified(`\uFEFF${JSON.stringify({ ...fine, expected: {} })}`)).toEqual([judged]);
  });

  it('takes null for not recorded', async () => {
    expect(await classified(withInput({ dangerSigns: null, complication: null, priorUnsatisfactory: null }))).toEqual([
      judged,
    ]);
  });

  it.each([
    ['an unknown programme', { ...fine, programme: 'copd' }, 'unknown_programme', 'programme'],
    ['a programme that is no name', { ...fine, programme: 'toString' }, 'unknown_programme', 'programme'],
    ['no programme', { ...fine, programme: undefined }, 'missing_field', 'programme'],
    ['no input', { ...fine, input: undefined }, 'missing_field', 'input'],
    ['an input that is no object', { ...fine, input: 'x' }, 'wrong_type', 'input'],
    ['unknown fields, all of them', withInput({ sbpp: 120, weight: 60 }), 'unknown_field', 'sbpp, weight'],
    ['another programme’s field', withInput({ heartRate: 80 }), 'unknown_field', 'heartRate'],
    ['a reading in quotes', withInput({ sbp: '120' }), 'wrong_type', 'sbp'],
    ['two of them', withInput({ sbp: '120', dbp: true }), 'wrong_type', 'sbp, dbp'],
    ['a flag that is a number', withInput({ pregnantOrLactating: 1 }), 'wrong_type', 'pregnantOrLactating'],
    ['signs that are no list', withInput({ dangerSigns: 'eye_pain' }), 'wrong_type', 'dangerSigns'],
    ['a sign that is no code', withInput({ dangerSigns: ['eye_pain', 3] }), 'wrong_type', 'dangerSigns.1'],
    ['no date', { ...fine, input: { age: 50, sbp: 120, dbp: 80 } }, 'missing_field', 'visitedOn'],
    ['a date that is a number', withInput({ visitedOn: 20180301 }), 'wrong_type', 'visitedOn'],
    ['a day that does not exist', withInput({ visitedOn: '2018-02-29' }), 'bad_value', 'visitedOn'],
    ['a time for a date', withInput({ visitedOn: '2018-03-01T08:00:00Z' }), 'bad_value', 'visitedOn'],
    ['a birth after the visit', withInput({ bornOn: '2018-03-02' }), 'bad_value', 'bornOn'],
    ['a word nobody knows', withInput({ complication: 'old' }), 'bad_value', 'complication'],
    ['a count below nought', withInput({ priorUnsatisfactory: -1 }), 'bad_value', 'priorUnsatisfactory'],
    ['a half year', withInput({ age: 50.5 }), 'wrong_type', 'age'],
    ['a mode of 4', withInput({ mode: 4 }), 'bad_value', 'mode'],
    [
      'a glucose in words',
      { ...fine, programme: 't2dm', input: { visitedOn: '2018-03-01', fastingGlucose: 'high' } },
      'wrong_type',
      'fastingGlucose',
    ],
  ])('names what is wrong: %s', async (_, row, code, field) => {
    const [line] = await classified(row);
    expect(line).toEqual({
      id: 'fine',
      error: {
        code,
        field,
        message_zh: expect.stringMatching(/\p{Script=Han}/u),
        message_en: expect.stringMatching(/^[ -~]+$/),
      },
    });
  });

  it('says which programmes and values there are', async () => {
    const [programme, word] = await classified({ ...fine, programme: 'copd' }, withInput({ complication: 'old' }));
    expect(programme).toMatchObject({ error: { message_en: 'no such programme; there are htn, t2dm, smi' } });
    expect(word).toMatchObject({ error: { message_zh: '字段 complication 的值不在允许范围内:none | new | worse' } });
  });
});
