import { type Harness, type HarnessOptions, startHarness } from '../../support/harness.js';
import { type FaultyAnswer, startProxy } from '../../support/proxy.js';
import { registerCrm } from './support.js';

export interface RecordedUpload {
  readonly clientRequestId: string;
  /** The file as it came. */
  readonly content: string;
}

export interface RecordedHarness extends AsyncDisposable {
  readonly harness: Harness;
  /** What was sent to Gong, in order, whatever was answered. */
  readonly uploads: readonly RecordedUpload[];
}

/**
 * A gateway whose uploads are seen on their way to the emulator; `fault` answers the n-th in its place, from 1, and
 * `other` whatever else is asked.
 */
export async function startRecorded(
  options: HarnessOptions = {},
  fault: (upload: number) => FaultyAnswer | undefined = () => undefined,
  other: (call: { readonly method: string; readonly url: string }) => FaultyAnswer | undefined = () =>
    undefined,
): Promise<RecordedHarness> {
  const uploads: RecordedUpload[] = [];
  let emulatorUrl = '';
  const proxy = await startProxy(
    () => emulatorUrl,
    ({ method, url, body }) => {
      if (method !== 'POST' || !url.includes('/entities?')) return other({ method, url });
      const clientRequestId = new URLSearchParams(url.split('?')[1]).get('clientRequestId') ?? '';
      uploads.push({ clientRequestId, content: fileIn(body) });
      return fault(uploads.length) ?? other({ method, url });
    },
  );
  const harness = await startHarness({ ...options, gong: { baseUrl: proxy.url, ...options.gong } });
  emulatorUrl = harness.emulatorUrl;
  await registerCrm(harness);
  return {
    harness,
    uploads,
    async [Symbol.asyncDispose]() {
      await harness[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    },
  };
}

/** The content of a multipart body's one part. */
function fileIn(body: string): string {
  return body.slice(body.indexOf('\r\n\r\n') + 4, body.lastIndexOf('\r\n--'));
}
