// src/imports/rules/words.ts: the words a register may use in its closed columns, and what each means here.

export const roleWords = {
  管理员: 'admin',
  计划员: 'planner',
  督导员: 'supervisor',
  委办局: 'bureau',
  医务人员: 'medical',
  帮扶干部: 'cadre',
  机构人员: 'facility',
} as const;
export type RoleWord = (typeof roleWords)[keyof typeof roleWords];

/** What a role may be given: the length of its area's code, and which word of 队伍 goes with it. */
export const rolePlaces: Readonly<Record<RoleWord, { readonly codeLengths: readonly number[] }>> = {
  admin: { codeLengths: [6] },
  planner: { codeLengths: [6] },
  supervisor: { codeLengths: [6, 9] },
  bureau: { codeLengths: [6] },
  medical: { codeLengths: [12] },
  cadre: { codeLengths: [12] },
  facility: { codeLengths: [6, 9] },
};

export const teamWords = {
  医疗: { side: 'medical', role: 'medical', codeLength: 12 },
  干部: { side: 'cadre', role: 'cadre', codeLength: 12 },
  镇医院: { side: 'facility', role: 'facility', codeLength: 9 },
  区工作队: { side: 'facility', role: 'facility', codeLength: 6 },
} as const;

/** The issuing bureaus, as grants and campaigns name them. */
export const bureauWords = {
  卫计局: 'health',
  扶贫办: 'poverty',
  民政局: 'civil_affairs',
  人社局: 'social_security',
} as const;

/** Programmes with a protocol here; the others are enrolled when theirs arrives. */
export const programmeWords = { 高血压: 'htn', '2型糖尿病': 't2dm' } as const;

export const sexWords = { 男: 'm', 女: 'f' } as const;
export const yesNoWords = { 是: true, 否: false } as const;
