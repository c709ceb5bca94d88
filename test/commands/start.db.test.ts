import pg from 'pg';
import { expect, it } from 'vitest';
import { ofOlderVersion } from '../../src/commands/ground.ts';
import { OtherSchemaError } from '../../src/platform/migrate.ts';
import { freshDatabase } from '../setup/database.ts';
import { doorstep } from './doorstep.ts';

it('stops `doorstep start` on another version’s database before anything else has begun', async () => {
  const { url, drop } = await freshDatabase();
  const owner = new pg.Client({ connectionString: url });
  await owner.connect();
  await owner.query("update migration_hash set hash = 'older' where name like '0002%'");
  await owner.end();
  try {
    const { code, out, err } = await doorstep(['start'], { DATABASE_URL: url });
    expect(code).toBe(1);
    expect(err).toContain('made by another version (0002');
    expect(out).not.toContain('Temporal');
  } finally {
    await drop();
  }
});

it('names the command that makes an embedded county anew', () => {
  const told = ofOlderVersion(new OtherSchemaError(['0002_x']));
  expect((told as Error).message).toContain('npm run doorstep -- demo --reset');
  const other = new Error('no disk');
  expect(ofOlderVersion(other)).toBe(other);
});
