import { describe, expect, it } from 'vitest';
import { canonicalHash, canonicalJson } from '../../src/platform/crypto.ts';

// Source: RFC 8785, §3.2.2 to §3.2.4 and appendix B.
describe('canonical JSON', () => {
  it('is the RFC’s own example, whatever order it was written in', () => {
    const given = JSON.parse(
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],' +
        '"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
    );
    expect(canonicalJson(given)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    );
  });

  it('sorts names by UTF-16 code units', () => {
    const given = {
      '€': 'Euro Sign',
      '\r': 'Carriage Return',
      \ufb33: 'Hebrew',
      '1': 'One',
      '😀': 'Emoji',
      '\u0080': 'Control',
      ö: 'o',
    };
    const names = Object.keys(given).sort();
    expect(canonicalJson(given)).toBe(
      `{${['\r', '1', '\u0080', 'ö', '€', '😀', '\ufb33'].map((name) => `${JSON.stringify(name)}:${JSON.stringify(given[name as never])}`).join(',')}}`,
    );
    expect(names).toEqual(['\r', '1', '\u0080', 'ö', '€', '😀', '\ufb33']);
    expect(canonicalJson({ 9: 'b', 10: 'a' })).toBe('{"10":"a","9":"b"}'); // no order of numbers, as an object's keys have
  });

  it.each([
    ['0000000000000000', '0'],
    ['8000000000000000', '0'],
    ['0000000000000001', '5e-324'],
    ['7fefffffffffffff', '1.7976931348623157e+308'],
    ['4340000000000000', '9007199254740992'],
    ['4430000000000000', '295147905179352830000'],
    ['44b52d02c7e14af5', '9.999999999999997e+22'],
    ['44b52d02c7e14af6', '1e+23'],
    ['444b1ae4d6e2ef4e', '999999999999999700000'],
    ['444b1ae4d6e2ef50', '1e+21'],
    ['3eb0c6f7a0b5ed8c', '9.999999999999997e-7'],
    ['3eb0c6f7a0b5ed8d', '0.000001'],
    ['41b3de4355555557', '333333333.33333343'],
    ['becbf647612f3696', '-0.0000033333333333333333'],
    ['43143ff3c1cb0959', '1424953923781206.2'],
  ])('writes the double %s as %s', (bits, text) => {
    expect(canonicalJson(Buffer.from(bits, 'hex').readDoubleBE())).toBe(text);
  });

  it('has no form for what is not finite, nor for half a character', () => {
    for (const value of [Number.NaN, Number.POSITIVE_INFINITY, '\ud83d']) expect(() => canonicalJson(value)).toThrow();
  });

  it('hashes to what a verifier in another language gets', () => {
    // python3 -c 'import hashlib; print(hashlib.sha256(b"{\"10\":\"a\",\"9\":[1,2.5]}").hexdigest())'
    expect(canonicalHash({ 9: [1, 2.5], 10: 'a' })).toBe(
      '04dd5f1b60318274f2fc52317ff256bc7a623deb84a5ea372b99423d5892a872',
    );
  });
});
