// src/imports/rules/population.ts: what a row of the household, person or enrolment register says.
import { type CivilDate, plusDays } from '../../platform/civil.ts';
import { type Category, categories, type PlanClass, planClasses, readIdNumber } from '../../population/rules.ts';
import type { Row } from './cells.ts';
import type { ColumnOf } from './columns.ts';
import { readPhone } from './phone.ts';
import { programmeWords, sexWords, yesNoWords } from './words.ts';

const VILLAGE = /^\d{12}$/;

export interface HouseholdDraft {
  readonly registerNo: string;
  readonly villageCode: string;
  readonly groupNo: number;
  readonly name: string;
  readonly signedOn: CivilDate | null;
}

export function readHousehold(row: Row<ColumnOf<'households'>>, today: CivilDate): HouseholdDraft | null {
  const registerNo = row.text('registerNo', 32);
  const villageCode = row.matching('village', VILLAGE, 'row_village_code_malformed');
  const groupNo = row.whole('group', 1, 99);
  const name = row.text('head', 50);
  const signedOn = row.date('signedOn', today);
  if (row.faults.length > 0 || !registerNo || !villageCode || !groupNo || !name) return null;
  return { registerNo, villageCode, groupNo, name, signedOn };
}

export interface StayDraft {
  readonly place: 'home' | 'away';
  readonly fromOn: CivilDate;
  readonly toOn: CivilDate | null;
}

export interface PersonDraft {
  readonly idNo: string;
  readonly name: string;
  readonly sex: 'm' | 'f';
  readonly bornOn: CivilDate;
  readonly registerNo: string;
  readonly phone: string | null;
  readonly category: Category;
  readonly categoryFrom: CivilDate;
  readonly plan: { readonly class: PlanClass; readonly treated: boolean } | null;
  readonly stays: readonly StayDraft[];
}

export function readPerson(row: Row<ColumnOf<'persons'>>, today: CivilDate): PersonDraft | null {
  const idNo = readIdNo(row);
  const name = row.text('name', 50);
  const sex = row.word('sex', sexWords, 'row_sex_unknown');
  const bornOn = row.date('bornOn', today);
  const registerNo = row.text('household', 32);
  const phone = readPhone(row, 'phone');
  const category = row.word('category', categories, 'row_category_unknown');
  const categoryFrom = row.date('categoryFrom', today);
  const planClass = row.word('planClass', planClasses, 'row_plan_class_unknown');
  const treated = row.word('treated', yesNoWords, 'row_yes_no_unknown');
  const stays = readStays(row);

  const said = idNo ? readIdNumber(idNo) : null;
  if (said && bornOn && said.bornOn !== bornOn) row.fault('row_id_number_other_birthday', 'bornOn');
  if (said && sex && said.sex !== sex) row.fault('row_id_number_other_sex', 'sex');
  if (bornOn && categoryFrom && categoryFrom < bornOn)
    row.fault('row_dates_reversed', 'categoryFrom', { other: '出生日期' });
  if (planClass && treated === null && row.faults.length === 0) row.fault('row_cell_missing', 'treated');
  if (row.faults.length > 0 || !idNo || !name || !sex || !bornOn || !registerNo || !category || !categoryFrom)
    return null;
  const plan = planClass && treated !== null ? { class: planClass, treated } : null;
  return { idNo, name, sex, bornOn, registerNo, phone, category, categoryFrom, plan, stays };
}

/** Away, then home, then away again. The day she leaves is still a day at home; a household with no row is at home. */
function readStays(row: Row<ColumnOf<'persons'>>): StayDraft[] {
  const awayFrom = row.date('awayFrom');
  const homeFrom = row.date('homeFrom');
  const leavesOn = row.date('leavesOn');
  if (row.faults.length > 0) return [];
  if (!awayFrom && (homeFrom || leavesOn)) row.fault('row_cell_missing', 'awayFrom');
  if (!homeFrom && leavesOn) row.fault('row_cell_missing', 'homeFrom');
  if (awayFrom && homeFrom && homeFrom <= awayFrom) row.fault('row_dates_reversed', 'homeFrom', { other: '外出起' });
  if (homeFrom && leavesOn && leavesOn < homeFrom) row.fault('row_dates_reversed', 'leavesOn', { other: '返乡日' });
  if (row.faults.length > 0 || !awayFrom) return [];
  if (!homeFrom) return [{ place: 'away', fromOn: awayFrom, toOn: null }];
  const stays: StayDraft[] = [
    { place: 'away', fromOn: awayFrom, toOn: plusDays(homeFrom, -1) },
    { place: 'home', fromOn: homeFrom, toOn: leavesOn },
  ];
  if (leavesOn) stays.push({ place: 'away', fromOn: plusDays(leavesOn, 1), toOn: null });
  return stays;
}

export interface EnrolmentDraft {
  readonly idNo: string;
  readonly programme: 'htn' | 't2dm';
  readonly fromOn: CivilDate;
  readonly nextOn: CivilDate;
}

export function readEnrolment(row: Row<ColumnOf<'enrolments'>>, today: CivilDate): EnrolmentDraft | null {
  const idNo = readIdNo(row);
  const programme = row.word('programme', programmeWords, 'row_programme_unknown');
  const fromOn = row.date('fromOn', today);
  const nextOn = row.date('nextOn');
  if (fromOn && nextOn && nextOn < fromOn) row.fault('row_dates_reversed', 'nextOn', { other: '建档日期' });
  if (row.faults.length > 0 || !idNo || !programme || !fromOn || !nextOn) return null;
  return { idNo, programme, fromOn, nextOn };
}

function readIdNo(row: Row<'idNo'>): string | null {
  const text = row.text('idNo', 20)?.toUpperCase() ?? null;
  if (text === null || readIdNumber(text)) return text;
  row.fault('row_id_number_invalid', 'idNo');
  return null;
}
