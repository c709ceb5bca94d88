import { describe, expect, it } from 'vitest';
import { describeSettings, loadConfig } from '../src/config.ts';

const key = Buffer.alloc(32, 7).toString('base64');
const env = {
  DATABASE_URL: 'postgresql://doorstep@localhost/doorstep',
  TEMPORAL_ADDRESS: 'localhost:7233',
  SMTP_URL: 'smtp://localhost',
  SESSION_SECRET: 'twenty-four characters!!',
  FIELD_KEYS: `old:${key},new:${key}`,
  INDEX_KEY: key,
};

describe('the settings', () => {
  it('have defaults for what a county need not choose', () => {
    const config = loadConfig(env);
    expect(config).toMatchObject({
      port: 8080,
      countyCode: '450803',
      story: false,
      publicUrl: 'http://localhost:8080',
    });
    expect(config.keys.current).toBe('old');
  });

  it('refuse story time in production', () => {
    expect(() => loadConfig({ ...env, NODE_ENV: 'production', STORY: 'on' })).toThrow('story time is refused');
  });

  it('refuse to open a county to people without https', () => {
    const production = { ...env, NODE_ENV: 'production' };
    expect(() => loadConfig(production)).toThrow('PUBLIC_URL');
    expect(() => loadConfig({ ...production, PUBLIC_URL: 'http://doorstep.example' })).toThrow('https');
    expect(loadConfig({ ...production, PUBLIC_URL: 'https://doorstep.example' }).production).toBe(true);
  });

  it('name what is missing or wrong, and never its value', () => {
    expect(() => loadConfig({ ...env, DATABASE_URL: '', SESSION_SECRET: 'short-secret' })).toThrow(
      /DATABASE_URL.*\n.*SESSION_SECRET/,
    );
    expect(() => loadConfig({ ...env, SESSION_SECRET: 'short-secret' })).not.toThrow('short-secret');
    expect(() => loadConfig({ ...env, FIELD_KEYS: 'k:c2hvcnQ=' })).toThrow('a key is 32 bytes');
    expect(() => loadConfig({ ...env, FIELD_KEY_CURRENT: 'none' })).toThrow('names no key');
  });

  it('are all explained', () => {
    for (const { name, meaning } of describeSettings()) expect([name, meaning.length > 10]).toEqual([name, true]);
  });
});
