import { GraphQLError } from 'graphql';
import { type Caller, callerKey } from '../../auth/caller.js';
import { GatewayError } from '../../errors.js';
import type { Log } from '../../log.js';
import type { Begun, OperationContexts } from '../context.js';
import type { Operations, PreparedOperation, Results } from '../operations/prepare.js';
import type { Place } from './limits.js';
import { isStream, untilEnd } from './until-end.js';

export interface StreamedOperationDeps {
  readonly operations: Operations;
  readonly contexts: OperationContexts;
}

/** Who runs it, over which connection. */
export interface Session {
  readonly logger: Log;
  readonly caller: Caller | null;
  readonly place: Place;
}

/** Runs an operation for a connection that streams; the caller's tenant is in use until its last result. */
export async function runStreamed(
  operation: PreparedOperation,
  session: Session,
  { operations, contexts }: StreamedOperationDeps,
): Promise<Results> {
  const begun = beginOrError(session, contexts);
  if (begun instanceof GatewayError) {
    const error = new GraphQLError(begun.message, { originalError: begun });
    return { errors: [operations.formatError(error)] };
  }
  const results = await operations.run(operation, begun.context).catch((error: unknown) => {
    begun.release();
    throw error;
  });
  if (isStream(results)) return untilEnd(results, begun.release);
  begun.release();
  return results;
}

function beginOrError({ logger, caller, place }: Session, contexts: OperationContexts): Begun | GatewayError {
  try {
    return contexts.begin(logger, caller, () => place.movesTo(callerKey(caller, true)));
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}
