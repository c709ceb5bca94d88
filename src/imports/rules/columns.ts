// src/imports/rules/columns.ts: the registers a county holds, sheet by sheet and column by column, under the headers it uses.

export interface Column {
  readonly header: string;
  /** A sheet without it is refused, and so is a row that leaves it empty. */
  readonly required?: true;
}

export interface Sheet {
  readonly name: string;
  readonly columns: Readonly<Record<string, Column>>;
}

export const sheets = {
  divisions: {
    name: '行政区划',
    columns: {
      code: { header: '代码', required: true },
      name: { header: '名称', required: true },
    },
  },
  staff: {
    name: '人员',
    columns: {
      login: { header: '登录名', required: true },
      name: { header: '姓名', required: true },
      phone: { header: '电话' },
      email: { header: '邮箱', required: true },
      role: { header: '角色', required: true },
      area: { header: '区划代码', required: true },
      team: { header: '队伍' },
      lead: { header: '组长' },
      source: { header: '来源' },
      bureau: { header: '委办局' },
      fromOn: { header: '起始日期', required: true },
    },
  },
  households: {
    name: '户',
    columns: {
      registerNo: { header: '户编号', required: true },
      village: { header: '村代码', required: true },
      group: { header: '组', required: true },
      head: { header: '户主', required: true },
      signedOn: { header: '签约日期' },
    },
  },
  persons: {
    name: '人',
    columns: {
      idNo: { header: '身份证号', required: true },
      name: { header: '姓名', required: true },
      sex: { header: '性别', required: true },
      bornOn: { header: '出生日期', required: true },
      household: { header: '户编号', required: true },
      phone: { header: '电话' },
      category: { header: '类别', required: true },
      categoryFrom: { header: '类别起始', required: true },
      planClass: { header: '一人一策分类' },
      treated: { header: '已救治' },
      awayFrom: { header: '外出起' },
      homeFrom: { header: '返乡日' },
      leavesOn: { header: '再外出日' },
    },
  },
  enrolments: {
    name: '随访',
    columns: {
      idNo: { header: '身份证号', required: true },
      programme: { header: '病种', required: true },
      fromOn: { header: '建档日期', required: true },
      nextOn: { header: '下次随访日期', required: true },
    },
  },
} as const satisfies Readonly<Record<string, Sheet>>;

export type RegisterKind = keyof typeof sheets;
/** In the order in which they build on one another. */
export const registerKinds = Object.keys(sheets) as readonly RegisterKind[];
export type ColumnOf<K extends RegisterKind> = keyof (typeof sheets)[K]['columns'];
