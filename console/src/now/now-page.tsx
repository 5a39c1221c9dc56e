import { GatewayChangedDocument, IntegrationsDocument } from 'gong-crm-graphql-client';
import { useLive } from '../data/use-live.js';
import { useQuery } from '../data/use-query.js';
import { Foreign } from '../parts/foreign.js';
import { dateTime } from '../parts/format.js';
import { Connection, Failure, Loading, PageTitle } from '../parts/states.js';
import { CallsOfTheDay } from './calls-of-the-day.js';
import { CallsThisSecond } from './calls-this-second.js';
import { Checks } from './checks.js';
import { Queues } from './queues.js';

export function NowPage() {
  const { data, error, connection, retry } = useLive(GatewayChangedDocument, {});
  const status = data?.gatewayChanged;
  return (
    <>
      <PageTitle title="Now">
        <Connection state={connection} />
      </PageTitle>
      {error !== undefined && <Failure error={error} onRetry={retry} />}
      <div class="cards" data-stale={connection === 'lost' && status !== undefined}>
        <section class="card" aria-labelledby="integration">
          <h2 id="integration">Integration</h2>
          <Integration />
          {status === undefined ? (
            <Loading what="the gateway" lines={3} />
          ) : (
            <dl class="facts">
              <dt>Dialect</dt>
              <dd>{status.dialect.toLowerCase()}</dd>
              <dt>Upstream</dt>
              <dd>{status.upstream === 'GONG' ? 'Gong' : 'an emulator of Gong, with sample data'}</dd>
              <dt>Version</dt>
              <dd>{status.version}</dd>
            </dl>
          )}
        </section>
        <section class="card" aria-labelledby="checks">
          <h2 id="checks">Is it well?</h2>
          {status === undefined ? <Loading what="the checks" lines={4} /> : <Checks status={status} />}
        </section>
        <section class="card" aria-labelledby="second">
          <h2 id="second">Calls this second</h2>
          {status === undefined ? (
            <Loading what="the calls of the second" lines={2} />
          ) : (
            <CallsThisSecond budget={status.callBudget} />
          )}
          <h2 id="waiting">Waiting</h2>
          {status === undefined ? (
            <Loading what="the queues" lines={3} />
          ) : (
            <Queues queued={status.callBudget.queued} objects={status.queuedObjects} />
          )}
        </section>
        <section class="card" aria-labelledby="day">
          <h2 id="day">Calls in 24 hours</h2>
          {status === undefined ? (
            <Loading what="the calls of the day" lines={5} />
          ) : (
            <CallsOfTheDay budget={status.callBudget} />
          )}
          {status?.callBudget.pausedUntil != null && (
            <p class="note note-warning">
              Gong has asked for a pause until {dateTime(status.callBudget.pausedUntil)}.
            </p>
          )}
        </section>
      </div>
    </>
  );
}

function Integration() {
  const { data, error, reload } = useQuery(IntegrationsDocument, {});
  if (error !== undefined) return <Failure error={error} onRetry={reload} />;
  if (data === undefined) return <Loading what="the integration" lines={2} />;
  const integrations = data.integrations.filter((one) => one !== null);
  if (integrations.length === 0) {
    return <p>No CRM is registered with Gong yet. Register one with the mutation registerIntegration.</p>;
  }
  return integrations.map(({ id, name, ownerEmail }) => (
    <div key={id} class="integration">
      <p class="lead">
        <Foreign text={name} />
      </p>
      <p class="quiet">
        <Foreign text={ownerEmail} /> · {id}
      </p>
    </div>
  ));
}
