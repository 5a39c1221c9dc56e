import { attempt, type Send } from './attempt.js';
import { type Decision, sendContent, sendNamed } from './decide.js';
import { repeatOf, repeatWith } from './repeats.js';
import { type AskStatus, createStates, type StateOf } from './states.js';
import type { Turns } from './turns.js';
import type { Counts, LedgerStore, Submission, Submitted } from './types.js';

/**
 * Decides whether a submission must be sent to Gong, and under which name.
 *
 * A submission under the caller's own name is sent once; a repeat returns its status. One without a name is sent again
 * unless that could change nothing: the same content was accepted, Gong has not failed it, and nobody has written to the
 * integration since. Sending an object twice costs a call; not sending one that Gong would accept by now, because its
 * account has been uploaded or its field created, loses data. So in doubt, for example after a restart or without Redis,
 * it is sent again.
 *
 * Concurrent submissions of the same content share one outcome, unless another write has ended in between.
 */
export interface SubmissionLedger {
  /**
   * @param send called with a name, and again with another one if Gong already has a request under the first
   * @throws GatewayError CONFLICT if the caller's own name was used, unless it is known to have been for this very
   *   content; or what `send` throws
   */
  submit(submission: Submission, send: Send): Promise<Submitted>;
  /** Runs a write that has no name but after which earlier content may have to be sent again. */
  write<T>(integrationId: string, work: () => Promise<T>): Promise<T>;
  /** Runs work with the same key one at a time, across replicas. */
  inTurn<T>(integrationId: string, key: string, work: () => Promise<T>): Promise<T>;
}

export interface SubmissionLedgerDeps {
  readonly store: LedgerStore;
  readonly turns: Turns;
  readonly askStatus: AskStatus;
  /** Called before anything is written to the store; rejects for callers who may not write to it. */
  readonly admit?: ((integrationId: string) => Promise<void>) | undefined;
}

/** A submission that this process is sending. */
interface Flight {
  readonly integrationId: string;
  readonly content: Promise<string>;
  /** The counts when it arrived. */
  readonly arrival: Counts | null;
  /** Whether Gong has accepted another write to the integration since. */
  isOvertaken: boolean;
  outcome: Promise<Submitted>;
  /** The outcome for others who submit the same content. */
  shared?: Promise<Submitted>;
}

export function createSubmissionLedger(deps: SubmissionLedgerDeps): SubmissionLedger {
  const { store, turns, admit } = deps;
  const statesFor = createStates(deps.askStatus);
  const flights = new Map<string, Flight>();

  /** Marks the integration's other flights after a write. */
  function overtake(integrationId: string, except?: Flight): void {
    for (const flight of flights.values()) {
      if (flight !== except && flight.integrationId === integrationId) flight.isOvertaken = true;
    }
  }

  async function submit(submission: Submission, send: Send): Promise<Submitted> {
    const { integrationId, kind, clientRequestId, caller, onWait } = submission;
    const ask = statesFor(caller);
    const stateOf: StateOf = (...request) => {
      onWait?.();
      return ask(...request);
    };
    const content = submission.content.then((digest) => `${kind}-${digest}`);
    // It may reject before anything awaits it.
    content.catch(() => undefined);
    await admit?.(integrationId);
    const name = { integrationId, clientRequestId: clientRequestId ?? (await content) };
    const key = `${integrationId}/${name.clientRequestId}`;
    const arrival = await store.counts(integrationId);

    for (let other = flights.get(key); other !== undefined; other = flights.get(key)) {
      onWait?.();
      const shared = await share(other, content, arrival, stateOf);
      if (shared !== undefined) return shared;
    }
    const flight: Flight = {
      ...{ integrationId, content, arrival, isOvertaken: false },
      outcome: turns.take(
        key,
        () => {
          const onWrite = () => overtake(integrationId, flight);
          const decision: Decision = {
            store,
            stateOf,
            attempt: (plan) => attempt({ ...plan, content, send }, { store, stateOf, onWrite }),
          };
          return clientRequestId === undefined
            ? sendContent(name, arrival, decision)
            : sendNamed(name, content, decision);
        },
        onWait,
      ),
    };
    flights.set(key, flight);
    try {
      return await flight.outcome;
    } finally {
      flights.delete(key);
    }
  }

  /** Waits for the flight and returns its outcome, or `undefined` if this content must be submitted by itself. */
  async function share(
    flight: Flight,
    content: Promise<string>,
    arrival: Counts | null,
    stateOf: StateOf,
  ): Promise<Submitted | undefined> {
    const mayShare = !flight.isOvertaken && !isLater(arrival, flight.arrival);
    await flight.outcome.catch(() => undefined);
    const theirs = await flight.content.catch(() => undefined);
    if (!mayShare || theirs !== (await content)) return undefined;
    flight.shared ??= flight.outcome.then((outcome) => {
      if (outcome.alreadySubmitted) return outcome;
      const requests = outcome.requests.map(({ clientRequestId }) => clientRequestId);
      return repeatOf(stateOf, outcome, requests).catch(() => repeatWith(outcome, requests, []));
    });
    return flight.shared;
  }

  return {
    submit,
    async write(integrationId, work) {
      await admit?.(integrationId);
      await store.step(integrationId, 'begun');
      try {
        const result = await work();
        await store.step(integrationId, 'accepted');
        return result;
      } finally {
        await store.step(integrationId, 'ended');
        overtake(integrationId);
      }
    },
    async inTurn(integrationId, key, work) {
      await admit?.(integrationId);
      return turns.take(`${integrationId}/${key}`, work);
    },
  };
}

/** Whether writes are known to have ended between two arrivals; `isOvertaken` covers those of this process. */
function isLater(arrival: Counts | null, before: Counts | null): boolean {
  if (arrival === null || before === null) return false;
  if (before.epoch !== null && before.epoch !== arrival.epoch) return true;
  return arrival.ended > before.ended;
}
