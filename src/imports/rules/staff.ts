// src/imports/rules/staff.ts: what a row of the staff register says: an account, its role in an area, and its place in a team.
import type { CivilDate } from '../../platform/civil.ts';
import { type MemberSource, memberSources, type TeamSide } from '../../teams/rules.ts';
import type { Row } from './cells.ts';
import type { ColumnOf } from './columns.ts';
import { readPhone } from './phone.ts';
import { bureauWords, type RoleWord, rolePlaces, roleWords, teamWords, yesNoWords } from './words.ts';

export interface StaffDraft {
  readonly login: string;
  readonly name: string;
  readonly email: string;
  readonly phone: string | null;
  readonly role: RoleWord;
  readonly area: string;
  readonly bureau: string | null;
  readonly fromOn: CivilDate;
  readonly team: { readonly side: TeamSide; readonly lead: boolean; readonly source: MemberSource } | null;
}

const LOGIN = /^[a-z][a-z0-9._-]{1,39}$/;
const EMAIL = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
const AREA = /^(\d{6}|\d{9}|\d{12})$/;

export function readStaff(row: Row<ColumnOf<'staff'>>, today: CivilDate): StaffDraft | null {
  const login = row.matching('login', LOGIN, 'row_login_malformed');
  const name = row.text('name', 50);
  const email = row.matching('email', EMAIL, 'row_email_malformed');
  const phone = readPhone(row, 'phone');
  const role = row.word('role', roleWords, 'row_role_unknown');
  const area = row.matching('area', AREA, 'row_division_code_malformed');
  const fromOn = row.date('fromOn', today);
  const word = row.word('team', teamWords, 'row_team_unknown');
  const lead = row.word('lead', yesNoWords, 'row_yes_no_unknown') ?? false;
  const source = row.word('source', memberSources, 'row_source_unknown');
  const bureau = row.word('bureau', bureauWords, 'row_bureau_unknown');

  if (role && area && !rolePlaces[role].codeLengths.includes(area.length)) row.fault('row_role_in_wrong_area', 'area');
  if (role === 'bureau' && bureau === null && row.faults.length === 0) row.fault('row_bureau_missing', 'bureau');
  if (role && role !== 'bureau' && bureau !== null) row.fault('row_bureau_not_asked', 'bureau');
  if (role && word && row.faults.length === 0 && (word.role !== role || area?.length !== word.codeLength))
    row.fault('row_team_not_of_role', 'team');
  if (role && !word && ['medical', 'cadre', 'facility'].includes(role) && row.faults.length === 0)
    row.fault('row_team_missing', 'team');
  if (word && source === null && row.faults.length === 0) row.fault('row_source_missing', 'source');
  if (row.faults.length > 0 || !login || !name || !email || !role || !area || !fromOn) return null;
  const team = word && source ? { side: word.side, lead, source } : null;
  return { login, name, email, phone, role, area, bureau, fromOn, team };
}
