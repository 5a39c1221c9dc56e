import type { WrittenRequestFieldsFragment } from 'gong-crm-graphql-client';
import { useAction } from '../data/use-action.js';
import { downloadLines } from '../parts/download.js';
import { counted } from '../parts/format.js';
import { linesOf, objectIdIn } from '../parts/lines.js';
import { Failure } from '../parts/states.js';

/** The gateway does not keep files, so the person chooses the file again. It does not leave the browser. */
export function RefusedLines({ request }: { readonly request: WrittenRequestFieldsFragment }) {
  const found = useAction<number>();

  function pick(file: File): void {
    void found.run(async () => {
      const refused = new Set(request.errors.flatMap(({ objectId }) => objectId ?? []));
      const lines: string[] = [];
      for await (const line of linesOf(file)) if (refused.has(objectIdIn(line) ?? '')) lines.push(line);
      if (lines.length > 0) downloadLines(`refused-${request.clientRequestId}.ldjson`, lines);
      return lines.length;
    });
  }

  return (
    <section>
      <label class="field">
        Download the refused lines: choose the file that was sent
        <input
          type="file"
          disabled={found.isRunning}
          onChange={({ currentTarget: { files } }) => files?.[0] !== undefined && pick(files[0])}
        />
      </label>
      <p class="quiet" role="status">
        {found.result === undefined
          ? 'The gateway keeps no files. Yours stays in the browser.'
          : found.result === 0
            ? 'None of the refused objects is in this file.'
            : `${counted(found.result, 'line')} downloaded.`}
      </p>
      {found.error !== undefined && <Failure error={found.error} />}
    </section>
  );
}
