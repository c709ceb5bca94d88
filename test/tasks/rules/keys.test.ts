import { expect, it } from 'vitest';
import * as keys from '../../../src/tasks/rules/keys.ts';

it('builds each key in one way, so two runs give one row', () => {
  expect(keys.reminderKey('t1', 0, 'opens', 'p1')).toBe('rem/t1/0/opens/p1');
  expect(keys.escalationKey('t1', 2, 3, 'p1')).toBe('esc/t1/2/3/p1');
  expect(keys.digestKey('p1', '2018-01-30')).toBe('digest/p1/2018-01-30');
  expect(keys.agendaId('450803101201')).toBe('agenda/450803101201');
  expect(keys.dutyTaskKey('c1', 'talk', 'h1')).toBe('duty/c1/talk/h1/-/-');
  expect(keys.dutyTaskKey('c1', 'verify', 'p1', 'cadre')).toBe('duty/c1/verify/p1/cadre/-');
  expect(keys.dutyTaskKey('c1', 'broadcast', 'v1', null, '2018-02-01')).toBe('duty/c1/broadcast/v1/-/2018-02-01');
  expect(keys.followTaskKey('r1', 'recheck')).toBe('follow/r1/recheck');
  expect(keys.supplyTaskKey('s1', '2018-02-20')).toBe('supply/s1/2018-02-20');
  expect(keys.revisitTaskKey('x1')).toBe('revisit/x1');
  expect(keys.rectificationTaskKey('f1')).toBe('rectify/f1');
});

it('refuses a part that would let two things share a key', () => {
  expect(() => keys.followTaskKey('a/b', 'recheck')).toThrow(RangeError);
  expect(() => keys.agendaId('')).toThrow(RangeError);
});
