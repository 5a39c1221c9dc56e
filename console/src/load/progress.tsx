import type { UploadProgress } from 'gong-crm-graphql-client';
import { bytes, count, counted } from '../parts/format.js';

interface ProgressProps {
  /** `undefined` before the gateway has told any. */
  readonly progress: UploadProgress | undefined;
  /** Of the file. */
  readonly bytes: number;
}

export function Progress({ progress, bytes: total }: ProgressProps) {
  const received = progress?.bytesReceived ?? 0;
  const parts = progress?.parts ?? null;
  const isSending = progress?.phase === 'SENDING' && parts !== null;
  return (
    <div>
      <progress
        aria-label="How far the file has come"
        max={isSending ? parts : total}
        value={isSending ? progress.partsSent : received}
      />
      {/* Not a live region: it changes too often to be read out. */}
      <p class="quiet">
        {isSending
          ? `Sending to Gong: ${count(progress.partsSent)} of ${counted(parts, 'part')}`
          : `${bytes(received)} of ${bytes(total)} received, ${counted(progress?.linesChecked ?? 0, 'line')} checked, ` +
            counted(progress?.errors ?? 0, 'error')}
      </p>
    </div>
  );
}
