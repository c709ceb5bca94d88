// src/population/rules.ts: the closed lists of the population room and what a Chinese ID number says.
import { type CivilDate, civilDate } from '../platform/civil.ts';

/** Why somebody stands on the register, by the name the register uses. */
export const categories = {
  建档立卡贫困人口: 'registered_poor',
  低保对象: 'low_income',
  特困供养人员: 'destitute',
  非贫困患病人口: 'sick_not_poor',
} as const;
export type Category = (typeof categories)[keyof typeof categories];

/** 一人一策 (S0-23): the class of somebody's plan. */
export const planClasses = { 大病: 'major', 重病: 'serious', 慢病: 'chronic', 其他: 'other' } as const;
export type PlanClass = (typeof planClasses)[keyof typeof planClasses];

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]; // GB 11643-1999, ISO 7064 MOD 11-2
const CHECKS = '10X98765432';

/** The 18th character of an ID number, from its first 17 digits. */
export function idCheck(first17: string): string {
  const sum = WEIGHTS.reduce((total, weight, n) => total + weight * Number(first17[n]), 0);
  return CHECKS[sum % 11] ?? '';
}

const SHOWN = 4; // characters: the province and the city, which everybody in the county shares

/**
 * An ID number as pages show it. Whoever knows the district, the birthday and the sex has 14 of the 17 digits and is left
 * with 500 numbers: the three of the sequence, whose last is odd for men. The check character follows from the others, so
 * showing it, or any digit of the sequence, would leave 45 or fewer.
 */
export function maskIdNumber(number: string): string {
  return number.slice(0, SHOWN) + '*'.repeat(Math.max(0, number.length - SHOWN));
}

/** What an ID number says of its holder, or null when it is none: not 18 places, a wrong check character, a day that never was. */
export function readIdNumber(text: string): { readonly bornOn: CivilDate; readonly sex: 'm' | 'f' } | null {
  const number = text.toUpperCase();
  if (!/^[1-9]\d{16}[\dX]$/.test(number) || idCheck(number) !== number[17]) return null;
  try {
    const bornOn = civilDate(`${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`);
    return { bornOn, sex: Number(number[16]) % 2 === 1 ? 'm' : 'f' };
  } catch {
    return null;
  }
}
