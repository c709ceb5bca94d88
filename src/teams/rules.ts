// src/teams/rules.ts: the closed lists of the teams room.

/** A village has a medical and a cadre team; a town its hospital and the county its training team, both `facility`. */
export type TeamSide = 'medical' | 'cadre' | 'facility';

/** Where members come from (S1-6), by the name the register uses. */
export const memberSources = {
  医疗机构: 'medical_institution',
  乡镇卫生院: 'town_hospital',
  驻村干部: 'village_resident_cadre',
  村两委: 'village_committee',
  村医: 'village_doctor',
  计生专干: 'family_planning',
  第一书记: 'first_secretary',
  帮扶工作队: 'assistance_team',
} as const;
export type MemberSource = (typeof memberSources)[keyof typeof memberSources];

/** What a team is called where a register gives it no name. */
export function teamName(divisionName: string, side: TeamSide, level: 'county' | 'town' | 'village'): string {
  if (side === 'medical') return `${divisionName}医疗服务队`;
  if (side === 'cadre') return `${divisionName}干部帮扶队`;
  return level === 'town' ? `${divisionName}卫生院小分队` : `${divisionName}工作队`;
}
