import * as fileUpload from '@zag-js/file-upload';
import { normalizeProps, useMachine } from '@zag-js/preact';
import { useId } from 'preact/hooks';

export function DropZone({ onFile }: { onFile(file: File): void }) {
  const service = useMachine(fileUpload.machine, {
    id: useId(),
    onFileAccept({ files: [file] }) {
      if (file !== undefined) onFile(file);
    },
  });
  const api = fileUpload.connect(service, normalizeProps);
  return (
    <div {...api.getRootProps()}>
      <input {...api.getHiddenInputProps()} aria-label="File" />
      <div {...api.getDropzoneProps()} aria-label={undefined} class="drop-zone">
        <p>
          <strong>Drop a file here, or press to choose one</strong>
        </p>
        <p class="quiet">Objects of one type as JSON, one per line (LDJSON), plain or gzip.</p>
      </div>
    </div>
  );
}
