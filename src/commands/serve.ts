// src/commands/serve.ts: `doorstep api`: the API as a process of its own.
import { startApi } from '../api.ts';
import { loadConfig } from '../config.ts';
import { endWithParent } from '../platform/embedded/child.ts';
import { withSecrets } from './ground.ts';

export async function api(): Promise<void> {
  const config = loadConfig(withSecrets(process.env));
  endWithParent();
  const running = await startApi(config);
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve);
    process.once('SIGTERM', resolve);
  });
  await running.stop();
  process.exit();
}
