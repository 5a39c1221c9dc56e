import { knownCaller } from '../../graphql/context.js';
import type { Observer, StreamTransport } from '../../telemetry/observer.js';
import { type Tracer, traced } from '../../telemetry/tracer.js';
import { outcomeOf } from '../operations/outcome.js';
import type { Operations } from '../operations/prepare.js';
import type { Place, StreamLimits } from './limits.js';
import { isStream, untilEnd } from './until-end.js';

/** Operations and connections of one transport that streams, told to the operator. */
export interface ObservedStreams {
  readonly operations: Operations;
  readonly limits: StreamLimits;
}

export function observeStreams(
  { operations, limits }: ObservedStreams,
  transport: StreamTransport,
  { observer, tracer }: { readonly observer: Observer; readonly tracer: Tracer },
): ObservedStreams {
  function observed(place: Place): Place {
    const closed = observer.connected(transport);
    return {
      ...place,
      giveBack() {
        place.giveBack();
        closed();
      },
    };
  }

  return {
    limits: {
      take: (request, account) => observed(limits.take(request, account)),
      takeGreeting: (request) => observed(limits.takeGreeting(request)),
    },
    operations: {
      ...operations,
      run(operation, context) {
        const { type, operationName } = operation;
        const attributes = { 'graphql.operation.type': type, 'network.protocol.name': transport };
        return traced(tracer, type, { kind: 'server', attributes }, async (span) => {
          if (operationName != null) span.set({ 'graphql.operation.name': operationName.slice(0, 100) });
          const begun = performance.now();
          const results = await operations.run(operation, context);
          // Queries and mutations are told by Apollo's plugin, over whatever they come.
          if (type !== 'subscription') return results;
          const durationMs = performance.now() - begun;
          const outcome = isStream(results) ? 'OK' : outcomeOf(results.errors);
          const name = operationName ?? undefined;
          observer.operationEnded({ type, name, by: knownCaller(context), outcome, durationMs });
          return isStream(results) ? untilEnd(results, observer.subscribed(transport)) : results;
        });
      },
    },
  };
}
