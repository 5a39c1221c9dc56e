import {
  DeadLettersDocument,
  GatewayError,
  RequestsDocument,
  type UploadObjectType,
} from 'gong-crm-graphql-client';
import { useQuery } from '../data/use-query.js';
import { Foreign } from '../parts/foreign.js';
import { dateTime, words } from '../parts/format.js';
import { Failure, Loading } from '../parts/states.js';
import type { ObjectName } from './look-up-page.js';
import { Referent } from './references.js';

const MOST = 10;

/** Why Gong does not have an object, as far as the gateway knows: its dead letter, and the requests in which it was refused. */
export function NotShown({ name: { objectType, id } }: { readonly name: ObjectName }) {
  const letters = useQuery(DeadLettersDocument, { first: 1, filter: { objectType, objectId: id } });
  // Without a queue there are none.
  const hasNoQueue = letters.error instanceof GatewayError && letters.error.code === 'NOT_CONFIGURED';
  const letter = letters.data?.deadLetters.edges[0]?.node;
  const { accountId, ownerId } = letter === undefined ? {} : referencesIn(letter.content);
  return (
    <section class="card stack" aria-labelledby="not-shown" aria-live="polite">
      <h2 id="not-shown">
        Gong does not show {words(objectType).toLowerCase()} <Foreign text={id} />
      </h2>
      {letters.error !== undefined && !hasNoQueue && (
        <Failure error={letters.error} onRetry={letters.reload} />
      )}
      {letters.isLoading && <Loading what="what is known of it" lines={2} />}
      {letter !== undefined && (
        <div class="note note-error">
          <p class="note-title">
            Given up at {dateTime(letter.diedAt)}: {words(letter.reason).toLowerCase()}
          </p>
          {letter.message != null && (
            <p>
              <Foreign text={letter.message} />
            </p>
          )}
        </div>
      )}
      {accountId !== undefined && (
        <div>
          <h3>Its account</h3>
          <Referent name={{ objectType: 'ACCOUNT', id: accountId }} />
        </div>
      )}
      {ownerId !== undefined && (
        <div>
          <h3>
            Its owner, <Foreign text={ownerId} />
          </h3>
          <Refusals
            objectType="BUSINESS_USER"
            id={ownerId}
            none="The gateway knows of no refusal of this user. Gong does not return users."
          />
        </div>
      )}
      <div>
        <h3>Refused in</h3>
        <Refusals
          objectType={objectType}
          id={id}
          none={
            letter === undefined
              ? 'No request that the gateway remembers. It was not sent, its file had more errors than Gong lists, or Gong is still processing it.'
              : 'No request that the gateway remembers.'
          }
        />
      </div>
    </section>
  );
}

interface RefusalsProps {
  readonly objectType: UploadObjectType;
  readonly id: string;
  /** Said if there are none. */
  readonly none: string;
}

function Refusals({ objectType, id, none }: RefusalsProps) {
  const filter = { objectType, refusedObjectId: id };
  const { data, error, reload } = useQuery(RequestsDocument, { first: MOST, filter });
  if (error !== undefined) return <Failure error={error} onRetry={reload} />;
  if (data === undefined) return <Loading what="the requests" lines={2} />;
  const requests = data.requests.edges.map(({ node }) => node);
  if (requests.length === 0) return <p class="quiet">{none}</p>;
  return (
    <ul>
      {requests.map((request) => (
        <li key={request.id}>
          {dateTime(request.sentAt)}, <span class="code">{request.clientRequestId}</span>
          {request.errors
            .filter(({ objectId }) => objectId === id)
            .map(({ line, description }) => (
              <p key={`${line}/${description}`}>
                Line {line}: <Foreign text={description} />
              </p>
            ))}
        </li>
      ))}
    </ul>
  );
}

/** The content is empty where the store has lost it. */
function referencesIn(content: string): { accountId?: string; ownerId?: string } {
  const { accountId, ownerId }: Record<string, unknown> = content === '' ? {} : JSON.parse(content);
  return {
    ...(typeof accountId === 'string' ? { accountId } : {}),
    ...(typeof ownerId === 'string' ? { ownerId } : {}),
  };
}
