import {
  type DeadLetterFilter,
  DeadLettersDocument,
  DiscardDeadLettersDocument,
  RetryDeadLettersDocument,
} from 'gong-crm-graphql-client';
import { useState } from 'preact/hooks';
import { useSession } from '../data/session-context.js';
import { useAction } from '../data/use-action.js';
import { useQuery } from '../data/use-query.js';
import { downloadLines } from '../parts/download.js';
import { Foreign } from '../parts/foreign.js';
import { counted, dateTime, words } from '../parts/format.js';
import { Empty, Failure, Loading } from '../parts/states.js';
import { TicketState } from './ticket-state.js';

const PAGE = 100;

interface DeadLettersProps {
  readonly filter: DeadLetterFilter | null;
  readonly integrationId?: string | null | undefined;
}

/** Queued objects that Gong has refused, and what can be done with them. */
export function DeadLetters({ filter, integrationId = null }: DeadLettersProps) {
  const { client } = useSession();
  const { data, error, reload } = useQuery(DeadLettersDocument, { first: PAGE, filter, integrationId });
  const action = useAction<string>();
  const [ticket, setTicket] = useState<string>();
  const [isSure, setSure] = useState(false);
  if (error !== undefined) return <Failure error={error} onRetry={reload} />;
  if (data === undefined) return <Loading what="the dead letters" lines={4} />;
  const letters = data.deadLetters.edges.map(({ node }) => node);
  const ids = letters.map(({ id }) => id);

  function retry(): void {
    void action.run(async () => {
      const { retryDeadLetters } = await client.execute(RetryDeadLettersDocument, { ids, integrationId });
      setTicket(retryDeadLetters.id);
      reload();
      return `${counted(retryDeadLetters.changes.length, 'object')} queued again.`;
    });
  }

  function discard(): void {
    setSure(false);
    void action.run(async () => {
      const { discardDeadLetters } = await client.execute(DiscardDeadLettersDocument, { ids, integrationId });
      reload();
      return `${counted(discardDeadLetters, 'dead letter')} deleted.`;
    });
  }

  return (
    <div class="stack">
      {letters.length > 0 && (
        <div class="row">
          <button type="button" class="primary" onClick={retry} disabled={action.isRunning}>
            Send {counted(letters.length, 'object')} again
          </button>
          <button
            type="button"
            onClick={() =>
              downloadLines(
                'dead-letters.ldjson',
                letters.map(({ content }) => content).filter((content) => content !== ''),
              )
            }
          >
            Download as LDJSON
          </button>
          <button type="button" class="danger" onClick={() => (isSure ? discard() : setSure(true))}>
            {isSure ? `Delete ${counted(letters.length, 'dead letter')} for good` : 'Delete…'}
          </button>
          {isSure && (
            <button type="button" onClick={() => setSure(false)}>
              Keep them
            </button>
          )}
        </div>
      )}
      <p role="status">{action.result}</p>
      {ticket !== undefined && <TicketState ticket={ticket} onSettled={reload} />}
      {action.error !== undefined && <Failure error={action.error} />}
      {letters.length === 0 ? (
        <Empty title="There are no dead letters">
          Queued objects that Gong refuses wait here until they are sent again or deleted.
        </Empty>
      ) : (
        <table class="list">
          <caption class="visually-hidden">Queued objects that Gong has refused, the oldest first</caption>
          <thead>
            <tr>
              <th scope="col">Object</th>
              <th scope="col">Reason</th>
              <th scope="col" class="wide-only">
                Given up
              </th>
            </tr>
          </thead>
          <tbody>
            {letters.map(({ id, objectType, objectId, reason, message, diedAt }) => (
              <tr key={id}>
                <td>
                  {words(objectType)} <Foreign text={objectId} />
                </td>
                <td>
                  <strong>{words(reason)}</strong> {message != null && <Foreign text={message} />}
                </td>
                <td class="wide-only">{dateTime(diedAt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {data.deadLetters.pageInfo.hasNextPage && (
        <p class="quiet">The oldest {PAGE} are shown. The others follow once these are dealt with.</p>
      )}
    </div>
  );
}
