import { createHash } from 'node:crypto';
import type { PreparedUpload, ValidationMode } from '../engine/types.js';

/** Returns the `content` of a `Submission` for a list. Deprecated calls pass what the caller sent, without added dates. */
export function listContent(objectType: string, integrationId: string, text: string): string {
  return createHash('sha256').update(`${objectType}\n${integrationId}\n`).update(text).digest('base64url');
}

/**
 * Returns the `content` of a `Submission` for a file: of what is sent, not of what was received. Both differ by validation
 * mode and, if lines are left out, by schema; in that case the parts themselves are hashed.
 */
export async function fileContent(
  { sha256, report, parts }: PreparedUpload,
  validation: ValidationMode,
): Promise<string> {
  const hash = createHash('sha256').update(`${sha256}\n${validation === 'OFF' ? 'as it is' : 'arranged'}\n`);
  for (const { bytes, lines, afterPrevious } of parts) hash.update(`${bytes} ${lines} ${afterPrevious}\n`);
  if (report.errorCount > 0) {
    for (const part of parts) for await (const chunk of part.stream()) hash.update(chunk);
  }
  return hash.digest('base64url');
}
