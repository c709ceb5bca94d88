// examples/winter-drive/names.ts: names of places and people that belong to nobody.
import { chance, pick } from './chance.ts';

/** The twelve towns, in the order of their codes. */
export const TOWN_NAMES = [
  '青塘镇',
  '石桥镇',
  '榕荫镇',
  '龙泉镇',
  '白沙镇',
  '云岭镇',
  '湾口镇',
  '平田镇',
  '竹溪镇',
  '梅林镇',
  '东坡镇',
  '长岗镇',
] as const;

const FIRSTS = [...'上下大小新老东西南北前后中里外'];
const PLACES = [...'坪塘陂坑岭屋沙田湾洞江村垌冲岗'];
/** Names repeat between towns, and codes do not: these two villages are both 王家村. */
const TWINS: ReadonlyMap<number, string> = new Map([
  [0, '王家村'],
  [18, '王家村'],
]);

/** The names of `count` villages, in the order of their codes; only 王家村 stands twice. */
export function villageNames(count: number): string[] {
  const all = FIRSTS.flatMap((first) => PLACES.filter((place) => place !== '村').map((place) => `${first}${place}村`));
  const shuffled = all.sort((a, b) => chance('village', a) - chance('village', b));
  return Array.from({ length: count }, (_, n) => TWINS.get(n) ?? shuffled[n] ?? `新${n}村`);
}

const SURNAMES = [...'王李张刘陈杨黄赵吴周徐孙马朱胡林郭何高罗郑梁谢宋唐许邓冯韩曹曾彭蒋蔡卢韦覃莫陆农'];
const MALE = [...'强伟军勇杰涛明超辉刚建国志平海波文华东林生荣福贵祥德财金水火旺'];
const FEMALE = [...'芳秀英娜敏静丽艳娟霞玲桂兰凤梅莲珍琴云红花香月美燕连群妹婷慧'];

/** A name by its seed; of the family `surname` where one is given. */
export function personName(sex: 'm' | 'f', seed: string, surname?: string): string {
  const syllables = sex === 'm' ? MALE : FEMALE;
  const second = chance('second', seed) < 0.75 ? pick(syllables, 'name', 2, seed) : '';
  return (surname ?? pick(SURNAMES, 'surname', seed)) + pick(syllables, 'name', 1, seed) + second;
}
