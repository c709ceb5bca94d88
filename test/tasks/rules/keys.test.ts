import { expect, it } from 'vitest';
import * as keys from '../../../src/tasks/rules/keys.ts';

it('builds each key in one way, so two runs give one row', () => {
  expect(keys.digestKey('p1', '2018-01-30')).toBe('digest/p1/2018-01-30');
  expect(keys.dutyTaskKey('c1', 'talk', 'h1')).toBe('duty/c1/talk/h1/-/-');
  expect(keys.dutyTaskKey('c1', 'verify', 'p1', 'cadre')).toBe('duty/c1/verify/p1/cadre/-');
  expect(keys.dutyTaskKey('c1', 'broadcast', 'v1', null, '2018-02-01')).toBe('duty/c1/broadcast/v1/-/2018-02-01');
  expect(keys.followTaskKey('r1', 'recheck')).toBe('follow/r1/recheck');
  expect(keys.revisitTaskKey('x1')).toBe('revisit/x1');
  expect(keys.rectificationTaskKey('f1')).toBe('rectify/f1');
});

it('refuses a part that would let two things share a key', () => {
  expect(() => keys.followTaskKey('a/b', 'recheck')).toThrow(RangeError);
  expect(() => keys.revisitTaskKey('')).toThrow(RangeError);
});
