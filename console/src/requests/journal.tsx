import {
  RequestsChangedDocument,
  RequestsDocument,
  type WrittenRequestFieldsFragment,
  type WrittenRequestsFilter,
} from 'gong-crm-graphql-client';
import { useEffect, useState } from 'preact/hooks';
import { useSession } from '../data/session-context.js';
import { useAction } from '../data/use-action.js';
import { useLive } from '../data/use-live.js';
import { Dialog } from '../parts/dialog.js';
import { Connection, Empty, Failure, Loading } from '../parts/states.js';
import { Filters } from './filters.js';
import { RequestDetails } from './request-details.js';
import { RequestTable } from './request-table.js';

const PAGE = 50;

interface Older {
  readonly requests: readonly WrittenRequestFieldsFragment[];
  /** `null`: there are no more. */
  readonly cursor: string | null;
}

/** The journal: the newest requests as they change, and older ones on demand. */
export function Journal() {
  const { client } = useSession();
  const [filter, setFilter] = useState<WrittenRequestsFilter>({});
  const { data, error, connection, retry } = useLive(RequestsChangedDocument, { first: PAGE, filter });
  const newest = data?.requestsChanged;
  const [older, setOlder] = useState<Older>();
  const [openId, setOpenId] = useState<string>();
  const more = useAction<void>();
  useEffect(() => setOlder(undefined), [filter]);

  const ids = new Set(newest?.map(({ id }) => id));
  const requests = [...(newest ?? []), ...(older?.requests ?? []).filter(({ id }) => !ids.has(id))];
  const open = requests.find(({ id }) => id === openId);

  function showOlder(): void {
    void more.run(async () => {
      const after = older?.cursor ?? (await pageAfter(null)).cursor;
      const page = after === null ? { requests: [], cursor: null } : await pageAfter(after);
      setOlder({ requests: [...(older?.requests ?? []), ...page.requests], cursor: page.cursor });
    });
  }

  async function pageAfter(after: string | null): Promise<Older> {
    const { requests: page } = await client.execute(RequestsDocument, { first: PAGE, after, filter });
    const { hasNextPage, endCursor } = page.pageInfo;
    return { requests: page.edges.map(({ node }) => node), cursor: hasNextPage ? (endCursor ?? null) : null };
  }

  const mayHaveMore = requests.length >= PAGE && older?.cursor !== null;
  return (
    <>
      <Filters filter={filter} onChange={setFilter} />
      <div class="list-top">
        <Connection state={connection} />
      </div>
      {error !== undefined && <Failure error={error} onRetry={retry} />}
      {newest === undefined && error === undefined && <Loading what="the requests" lines={8} />}
      {newest !== undefined && requests.length === 0 && (
        <Empty title={Object.keys(filter).length === 0 ? 'Nothing was sent to Gong yet' : 'No request fits'}>
          Whatever is sent through the gateway appears here at once.
        </Empty>
      )}
      {requests.length > 0 && <RequestTable requests={requests} onOpen={setOpenId} />}
      {mayHaveMore && (
        <p class="list-end">
          <button type="button" onClick={showOlder} disabled={more.isRunning}>
            {more.isRunning ? 'Loading…' : 'Show older requests'}
          </button>
        </p>
      )}
      {more.error !== undefined && <Failure error={more.error} />}
      <Dialog title="Request" isOpen={open !== undefined} onClose={() => setOpenId(undefined)}>
        {open !== undefined && <RequestDetails request={open} />}
      </Dialog>
    </>
  );
}
