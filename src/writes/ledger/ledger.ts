import { attempt, type Send } from './attempt.js';
import { type Decision, sendContent, sendNamed } from './decide.js';
import { repeatOf, repeatWith } from './repeats.js';
import { type AskStatus, createStates, type StateOf } from './states.js';
import type { Turns } from './turns.js';
import type { Counts, LedgerStore, Submission, Submitted } from './types.js';

/**
 * Decides whether something has to be sent to Gong, and under which name.
 *
 * A submission with a name of the caller's own is sent once: a repeat is told what became of it. One without is sent
 * again unless that could change nothing: the same content was accepted, Gong has not failed it, and nobody has
 * written to the integration since. Loading an object twice costs a call; leaving one out that Gong would take by now,
 * because its account has come or its field is known, loses data. What cannot be known, for example after a restart or
 * while Redis is away, is sent again.
 *
 * Whoever sends the same content while it is on its way shares its outcome, unless another write has ended in between.
 */
export interface SubmissionLedger {
  /**
   * @param send called with a name to send under; again with another one where Gong has used up the first
   * @throws GatewayError CONFLICT where the caller's own name was used, unless it is known to have been for this very
   *   content; or whatever `send` throws
   */
  submit(submission: Submission, send: Send): Promise<Submitted>;
  /** A write without a name, which later repeats must know of all the same. */
  write<T>(integrationId: string, work: () => Promise<T>): Promise<T>;
  /** Does work with the same key one after the other, across replicas. */
  inTurn<T>(integrationId: string, key: string, work: () => Promise<T>): Promise<T>;
}

export interface SubmissionLedgerDeps {
  readonly store: LedgerStore;
  readonly turns: Turns;
  readonly askStatus: AskStatus;
  /** Called before anything is written to the store; rejects for a caller for whom nothing may be. */
  readonly admit?: ((integrationId: string) => Promise<void>) | undefined;
}

/** A submission that this process is sending. */
interface Flight {
  readonly integrationId: string;
  readonly content: Promise<string>;
  /** The counts when it came. */
  readonly arrival: Counts | null;
  /** Gong has taken another write to the integration since. */
  isOvertaken: boolean;
  outcome: Promise<Submitted>;
  /** The outcome for all who share it. */
  shared?: Promise<Submitted>;
}

export function createSubmissionLedger(deps: SubmissionLedgerDeps): SubmissionLedger {
  const { store, turns, admit } = deps;
  const statesFor = createStates(deps.askStatus);
  const flights = new Map<string, Flight>();

  /** Tells those on their way of another write. */
  function overtake(integrationId: string, except?: Flight): void {
    for (const flight of flights.values()) {
      if (flight !== except && flight.integrationId === integrationId) flight.isOvertaken = true;
    }
  }

  async function submit(submission: Submission, send: Send): Promise<Submitted> {
    const { integrationId, kind, clientRequestId, caller } = submission;
    const stateOf = statesFor(caller);
    const content = submission.content.then((digest) => `${kind}-${digest}`);
    // Awaited where it is needed, which may be after it has failed.
    content.catch(() => undefined);
    await admit?.(integrationId);
    const name = { integrationId, clientRequestId: clientRequestId ?? (await content) };
    const key = `${integrationId}/${name.clientRequestId}`;
    const arrival = await store.counts(integrationId);

    for (let other = flights.get(key); other !== undefined; other = flights.get(key)) {
      const shared = await share(other, content, arrival, stateOf);
      if (shared !== undefined) return shared;
    }
    const flight: Flight = {
      ...{ integrationId, content, arrival, isOvertaken: false },
      outcome: turns.take(key, () => {
        const onWrite = () => overtake(integrationId, flight);
        const decision: Decision = {
          store,
          stateOf,
          attempt: (plan) => attempt({ ...plan, content, send }, { store, stateOf, onWrite }),
        };
        return clientRequestId === undefined
          ? sendContent(name, arrival, decision)
          : sendNamed(name, content, decision);
      }),
    };
    flights.set(key, flight);
    try {
      return await flight.outcome;
    } finally {
      flights.delete(key);
    }
  }

  /** Waits for the flight; `undefined` where its outcome is not that of one who sends this content now. */
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

/** Whether writes have ended between two arrivals. Where that is not known, what happened in this process decides. */
function isLater(arrival: Counts | null, before: Counts | null): boolean {
  if (arrival === null || before === null) return false;
  if (before.epoch !== null && before.epoch !== arrival.epoch) return true;
  return arrival.ended > before.ended;
}
