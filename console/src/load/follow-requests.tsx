import type { RequestStatus } from 'gong-crm-graphql-client';
import { useEffect, useState } from 'preact/hooks';
import { useSession } from '../data/session-context.js';
import { Foreign } from '../parts/foreign.js';
import { count, counted } from '../parts/format.js';
import { Failure } from '../parts/states.js';
import { StateBadge } from '../requests/request-table.js';

interface FollowRequestsProps {
  readonly ids: readonly string[];
  readonly integrationId: string;
}

/** What Gong makes of each part of a file, one after the other, until all have ended. */
export function FollowRequests({ ids, integrationId }: FollowRequestsProps) {
  const { client } = useSession();
  const [statuses, setStatuses] = useState<ReadonlyMap<string, RequestStatus>>(new Map());
  const [error, setError] = useState<unknown>();
  const names = ids.join();

  useEffect(() => {
    const left = new AbortController();
    const { signal } = left;
    async function followAll(): Promise<void> {
      for (const id of names.split(',')) {
        for await (const status of client.follow(id, { integrationId, signal })) {
          setStatuses((known) => new Map(known).set(id, status));
        }
      }
    }
    followAll().catch((reason: unknown) => signal.aborted || setError(reason));
    return () => left.abort();
  }, [client, names, integrationId]);

  const all = ids.map((id) => statuses.get(id));
  const ended = all.filter((status) => status?.isFinal === true).length;
  const failed = all.filter((status) => status?.status === 'FAILED');
  const stored = all.reduce((sum, status) => sum + (status?.totalSuccessCount ?? 0), 0);
  return (
    <div class="stack">
      <p class="lead" role="status">
        {ended < ids.length
          ? 'Gong has received the file and is processing it…'
          : failed.length === 0
            ? `Done: Gong has stored ${counted(stored, 'object')}.`
            : `Gong has stored ${counted(stored, 'object')} and refused others.`}
      </p>
      <ul class="parts">
        {ids.map((id, index) => (
          <li key={id}>
            {ids.length > 1 && `Part ${count(index + 1)} `}
            <StateBadge state={statuses.get(id)?.status ?? 'PENDING'} /> <span class="code quiet">{id}</span>
            {statuses.get(id)?.errors.map(({ line, objectId, description }) => (
              <p key={`${line}/${description}`}>
                Line {count(line)}
                {objectId != null && (
                  <>
                    , <Foreign text={objectId} />
                  </>
                )}
                : <Foreign text={description} />
              </p>
            ))}
          </li>
        ))}
      </ul>
      {error !== undefined && <Failure error={error} />}
    </div>
  );
}
