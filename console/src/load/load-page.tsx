import { useState } from 'preact/hooks';
import { PageTitle } from '../parts/states.js';
import { ChosenFile } from './chosen-file.js';
import { DropZone } from './drop-zone.js';

export function LoadPage() {
  const [chosen, setChosen] = useState<{ readonly file: File; readonly number: number }>();
  return (
    <>
      <PageTitle title="Load a file" />
      <div class="stack">
        <DropZone
          onFile={(file) => setChosen(({ number } = { file, number: 0 }) => ({ file, number: number + 1 }))}
        />
        {chosen !== undefined && <ChosenFile key={chosen.number} file={chosen.file} />}
      </div>
    </>
  );
}
