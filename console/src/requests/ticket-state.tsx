import { ChangesSettledDocument, type ChangesSettledSubscription } from 'gong-crm-graphql-client';
import { useEffect, useState } from 'preact/hooks';
import { useSession } from '../data/session-context.js';
import { count } from '../parts/format.js';
import { Failure } from '../parts/states.js';

interface TicketStateProps {
  readonly ticket: string;
  onSettled(): void;
}

/** What has become of changes that were queued, until all have ended. */
export function TicketState({ ticket, onSettled }: TicketStateProps) {
  const { client } = useSession();
  const [counts, setCounts] = useState<ChangesSettledSubscription['changesSettled']['counts']>();
  const [error, setError] = useState<unknown>();

  useEffect(() => {
    const left = new AbortController();
    async function follow(): Promise<void> {
      const states = client.subscribe(ChangesSettledDocument, { ticket }, { signal: left.signal });
      for await (const { changesSettled } of states) setCounts(changesSettled.counts);
      onSettled();
    }
    follow().catch((reason: unknown) => left.signal.aborted || setError(reason));
    return () => left.abort();
  }, [ticket]);

  if (error !== undefined) return <Failure error={error} />;
  if (counts === undefined) return null;
  const named = [
    ['waiting', counts.queued],
    ['sent', counts.sent],
    ['stored', counts.done],
    ['not needed', counts.skipped],
    ['refused', counts.dead],
  ] as const;
  return (
    <p class="note" role="status">
      {named
        .filter(([, number]) => number > 0)
        .map(([name, number]) => `${count(number)} ${name}`)
        .join(', ')}
    </p>
  );
}
