import { z } from 'zod';
import { type EnvironmentProblem, setting } from '../env.js';

export const STORE_SETTINGS = {
  /**
   * Folder for what must outlive a restart, such as what was sent under which ID; created with mode 0700. One process at a time
   * can use it. Without this setting it is in memory. Replicas keep it in Redis instead, so it is refused together with REDIS_URL.
   */
  dataDir: setting('DATA_DIR', z.string()),
};

/** @param hasRedis whether replicas share a Redis */
export function storeProblems(dataDir: string | null, hasRedis: boolean): EnvironmentProblem[] {
  if (dataDir === null || !hasRedis) return [];
  const needed = 'no value together with REDIS_URL, because replicas keep everything in Redis';
  return [{ variable: 'DATA_DIR', needed, got: JSON.stringify(dataDir) }];
}
