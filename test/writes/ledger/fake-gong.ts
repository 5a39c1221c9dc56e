import type { RequestState } from '../../../src/crm/object-types.js';
import { GatewayError } from '../../../src/errors.js';
import type { Sharers } from '../../../src/gong/budget/sharers.js';
import type { CallOptions } from '../../../src/gong/types.js';
import { createSubmissionLedger, type SubmissionLedger } from '../../../src/writes/ledger/ledger.js';
import type { Turns } from '../../../src/writes/ledger/turns.js';
import type { LedgerStore, Submitted } from '../../../src/writes/ledger/types.js';

export const INTEGRATION = '5517027188234206123';

/** Gong as far as names go: it takes each once, and keeps what it took in order. */
export class FakeGong {
  readonly applied: { readonly name: string; readonly content: string }[] = [];
  readonly states = new Map<string, RequestState>();
  questions = 0;
  /** Whose questions they were. */
  readonly sharers: (Sharers | undefined)[] = [];
  /** Uploads that wait at the gate. */
  waiting = 0;
  /** Awaited by every upload before it is taken. */
  gate: Promise<unknown> = Promise.resolve();
  /** The state of what is taken from now on. */
  next: RequestState = 'DONE';

  readonly askStatus = async (_integrationId: string, clientRequestId: string, options: CallOptions = {}) => {
    this.questions += 1;
    this.sharers.push(options.sharers);
    const state = this.states.get(clientRequestId);
    if (state === undefined) throw new GatewayError('NOT_FOUND', `no request ${clientRequestId}`);
    return { state, errors: [], totalErrorCount: 0, totalSuccessCount: 0 };
  };

  async take(name: string, content: string): Promise<void> {
    this.waiting += 1;
    await this.gate;
    this.waiting -= 1;
    if (this.states.has(name)) throw new GatewayError('CONFLICT', `${name} was used`);
    this.states.set(name, this.next);
    this.applied.push({ name, content });
  }

  contents(): string[] {
    return this.applied.map(({ content }) => content);
  }

  /** One of the gateways before it. */
  gateway(store: LedgerStore, turns: Turns): Gateway {
    const ledger = createSubmissionLedger({ store, turns, askStatus: this.askStatus });
    return {
      ledger,
      submit: (content, clientRequestId, caller) =>
        ledger.submit(
          {
            ...{ integrationId: INTEGRATION, clientRequestId, caller, kind: 'deal' },
            content: Promise.resolve(content),
          },
          async (attempt) => [
            await attempt.submit(attempt.clientRequestId, ({ clientRequestId: name }) =>
              this.take(name, content),
            ),
          ],
        ),
      write: (what) => ledger.write(INTEGRATION, () => this.take(`write-${this.applied.length}`, what)),
    };
  }
}

export interface Gateway {
  readonly ledger: SubmissionLedger;
  submit(content: string, clientRequestId?: string, caller?: string): Promise<Submitted>;
  write(what: string): Promise<void>;
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
