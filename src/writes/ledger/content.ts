import { createHash } from 'node:crypto';
import type { PreparedUpload, ValidationMode } from '../engine/types.js';

/** The content of a list, as `Submission` wants it. Of deprecated calls, what the caller sent, without our dates. */
export function listContent(objectType: string, integrationId: string, text: string): string {
  return createHash('sha256').update(`${objectType}\n${integrationId}\n`).update(text).digest('base64url');
}

/**
 * The content of a file: of what is sent, not of what came. The same bytes are sent differently by another validation
 * mode, and under SKIP_INVALID by another schema, too; then the parts themselves are read.
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
