import type {
  FileReportFragment,
  FileUploadResult,
  UploadObjectType,
  UploadProgress,
  ValidationMode,
} from 'gong-crm-graphql-client';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useSession } from '../data/session-context.js';
import { useAction } from '../data/use-action.js';
import { Foreign } from '../parts/foreign.js';
import { bytes, counted, words } from '../parts/format.js';
import { Failure } from '../parts/states.js';
import { FollowRequests } from './follow-requests.js';
import { type Guess, guessType, OBJECT_TYPES } from './guess.js';
import { Progress } from './progress.js';
import { Report } from './report.js';

type Outcome =
  | { readonly kind: 'checked'; readonly report: FileReportFragment }
  | { readonly kind: 'sent'; readonly result: FileUploadResult };

/** A file from its choice to its end: check, look at what is wrong, send, follow. */
export function ChosenFile({ file }: { readonly file: File }) {
  const { client } = useSession();
  const [type, setType] = useState<UploadObjectType>();
  const [guess, setGuess] = useState<Guess>();
  const [progress, setProgress] = useState<UploadProgress>();
  const action = useAction<Outcome>();
  const left = useRef(new AbortController());
  useEffect(() => () => left.current.abort(new Error('The page was left.')), []);
  useEffect(() => {
    guessType(file).then(
      (guessed) => {
        setGuess(guessed);
        setType((chosen) => chosen ?? guessed?.type);
      },
      () => undefined,
    );
  }, [file]);

  function start(work: (options: StartOptions) => Promise<Outcome>): void {
    if (type === undefined) return;
    setProgress(undefined);
    void action.run(() => work({ objectType: type, onProgress: setProgress, signal: left.current.signal }));
  }
  const check = () =>
    start(async (options) => ({ kind: 'checked', report: await client.validateFile(file, options) }));
  const send = (validation: ValidationMode) =>
    start(async (options) => ({
      kind: 'sent',
      result: await client.uploadFile(file, { ...options, validation }),
    }));

  const { result: outcome, isRunning } = action;
  const report = outcome === undefined ? undefined : reportOf(outcome);
  return (
    <>
      <section class="card stack" aria-label="The file">
        <p class="lead">
          <Foreign text={file.name} /> <span class="quiet">{bytes(file.size)}</span>
        </p>
        <div class="row">
          <label class="field">
            Type of its objects
            <select
              value={type ?? ''}
              disabled={isRunning}
              onChange={({ currentTarget }) => {
                setType(currentTarget.value as UploadObjectType);
                action.reset();
              }}
            >
              {type === undefined && <option value="">Choose…</option>}
              {OBJECT_TYPES.map((one) => (
                <option key={one} value={one}>
                  {words(one)}
                </option>
              ))}
            </select>
          </label>
          <button type="button" class="primary" onClick={check} disabled={isRunning || type === undefined}>
            Check only
          </button>
        </div>
        <p class="quiet" role="status">
          {guess !== undefined && guess.type === type && `Guessed from its ${guess.from}. Is that right?`}
          {guess === undefined && type === undefined && 'Say what is in the file.'}
        </p>
        {isRunning && <Progress progress={progress} bytes={file.size} />}
        {action.error !== undefined && <Failure error={action.error} onRetry={check} />}
        {outcome?.kind === 'checked' && <Verdict report={outcome.report} onSend={send} />}
        {outcome?.kind === 'sent' && <Sent result={outcome.result} />}
      </section>
      {report != null && report.problems.length > 0 && <Report report={report} file={file} />}
    </>
  );
}

interface StartOptions {
  readonly objectType: UploadObjectType;
  readonly onProgress: (progress: UploadProgress) => void;
  readonly signal: AbortSignal;
}

function reportOf(outcome: Outcome): FileReportFragment | null | undefined {
  return outcome.kind === 'checked' ? outcome.report : outcome.result.report;
}

interface VerdictProps {
  readonly report: FileReportFragment;
  onSend(validation: ValidationMode): void;
}

function Verdict({ report, onSend }: VerdictProps) {
  const { objects, validObjects, errorCount, warningCount } = report;
  const warnings = warningCount === 0 ? '' : ` ${counted(warningCount, 'warning')}.`;
  if (objects === 0) {
    return (
      <p class="note note-warning" role="status">
        There is no object in this file.
      </p>
    );
  }
  if (errorCount === 0) {
    return (
      <div class="note note-good" role="status">
        <p>
          {counted(objects, 'object')}, no errors.{warnings} Nothing was sent yet.
        </p>
        <button type="button" class="primary" onClick={() => onSend('ENFORCE')}>
          Send {counted(objects, 'object')} to Gong
        </button>
      </div>
    );
  }
  return (
    <div class="note note-error" role="status">
      <p>
        {counted(errorCount, 'error')} in {counted(objects, 'object')}.{warnings} Nothing was sent.
      </p>
      {validObjects > 0 && (
        <button type="button" onClick={() => onSend('SKIP_INVALID')}>
          Leave them out and send {counted(validObjects, 'object')}
        </button>
      )}
    </div>
  );
}

function Sent({ result }: { readonly result: FileUploadResult }) {
  if (result.__typename === 'UploadRejected') {
    return (
      <p class="note note-error" role="alert">
        {counted(result.errorCount, 'error')}: nothing was sent.
      </p>
    );
  }
  return (
    <>
      {result.message != null && (
        <p class="note note-warning">
          <Foreign text={result.message} />
        </p>
      )}
      {result.alreadySubmitted && <p class="note">Gong had this file already, so it was not sent again.</p>}
      <FollowRequests
        ids={result.requests.map(({ clientRequestId }) => clientRequestId)}
        integrationId={result.integrationId}
      />
    </>
  );
}
