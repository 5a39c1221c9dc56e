import {
  RequestStatusDocument,
  type RequestStatusQuery,
  type WrittenRequestFieldsFragment,
} from 'gong-crm-graphql-client';
import { useSession } from '../data/session-context.js';
import { useAction } from '../data/use-action.js';
import { Foreign } from '../parts/foreign.js';
import { count, counted, dateTime, words } from '../parts/format.js';
import { Failure } from '../parts/states.js';
import { DeadLetters } from './dead-letters.js';
import { RefusedLines } from './refused-lines.js';
import { callersOf, StateBadge } from './request-table.js';

export function RequestDetails({ request }: { readonly request: WrittenRequestFieldsFragment }) {
  const { client } = useSession();
  const status = useAction<NonNullable<RequestStatusQuery['requestStatus']>>();
  const { clientRequestId, integrationId, kind, errors } = request;

  function ask(): void {
    if (clientRequestId == null) return;
    void status.run(async () => {
      return (await client.execute(RequestStatusDocument, { clientRequestId, integrationId })).requestStatus;
    });
  }

  const { totalErrorCount } = request;
  return (
    <div class="stack">
      <dl class="facts">
        <dt>State</dt>
        <dd>
          <StateBadge state={request.state} />
        </dd>
        <dt>Sent</dt>
        <dd>{dateTime(request.sentAt)}</dd>
        {request.endedAt != null && (
          <>
            <dt>Ended</dt>
            <dd>{dateTime(request.endedAt)}</dd>
          </>
        )}
        <dt>What</dt>
        <dd>
          {words(kind)}
          {request.objectType != null && `, ${words(request.objectType).toLowerCase()}`}
          {request.objectCount != null &&
            request.objectCount > 0 &&
            `, ${counted(request.objectCount, 'object')}`}
        </dd>
        {request.totalSuccessCount != null && (
          <>
            <dt>Stored</dt>
            <dd>{count(request.totalSuccessCount)}</dd>
          </>
        )}
        <dt>Caller</dt>
        <dd>
          <Foreign text={callersOf(request)} />
        </dd>
        <dt>Request ID</dt>
        <dd class="code">{clientRequestId ?? 'none: Gong did this at once'}</dd>
        {request.gongRequestId != null && (
          <>
            <dt>Gong’s ID of the call</dt>
            <dd class="code">{request.gongRequestId}</dd>
          </>
        )}
      </dl>
      {request.message != null && (
        <p class="note note-warning">
          <Foreign text={request.message} />
        </p>
      )}
      {errors.length > 0 && (
        <section>
          <h3>
            {totalErrorCount != null && totalErrorCount > errors.length
              ? `The first ${count(errors.length)} of ${counted(totalErrorCount, 'error')}`
              : counted(errors.length, 'error')}
          </h3>
          <RequestErrors errors={errors} />
        </section>
      )}
      {kind === 'FILE' && errors.length > 0 && <RefusedLines request={request} />}
      {kind === 'QUEUE' && clientRequestId != null && (
        <section>
          <h3>Dead letters of this request</h3>
          <DeadLetters filter={{ clientRequestId }} integrationId={integrationId} />
        </section>
      )}
      {clientRequestId != null && (
        <div class="row">
          <button type="button" onClick={ask} disabled={status.isRunning}>
            {status.isRunning ? 'Asking…' : 'Ask Gong for its state'}
          </button>
          <span role="status">
            {status.result !== undefined && `Gong says: ${words(status.result.status)}`}
          </span>
        </div>
      )}
      {status.error !== undefined && <Failure error={status.error} />}
    </div>
  );
}

function RequestErrors({ errors }: Pick<WrittenRequestFieldsFragment, 'errors'>) {
  return (
    <table class="list">
      <thead>
        <tr>
          <th scope="col" class="number">
            Line
          </th>
          <th scope="col">Object</th>
          <th scope="col">Reason</th>
        </tr>
      </thead>
      <tbody>
        {errors.map(({ line, objectId, description }) => (
          <tr key={`${line}/${description}`}>
            <td class="number">{line === 0 ? 'all' : count(line)}</td>
            <td>{objectId == null ? '–' : <Foreign text={objectId} />}</td>
            <td>
              <Foreign text={description} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
