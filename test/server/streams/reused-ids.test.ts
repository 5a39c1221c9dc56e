import { describe, expect, test } from 'vitest';
import {
  type BareSocket,
  beginUpload,
  openGreeted,
  registerAndUpload,
  WATCH,
} from '../../clients/clients.js';
import { startHarness } from '../../support/harness.js';
import { metric } from '../../telemetry/metrics-text.js';

const SLOW = { emulator: { processingMs: 60_000 } };
const subscribe = (id: string, watched = 'up-1') => ({
  id,
  type: 'subscribe',
  payload: { query: WATCH, variables: { id: watched } },
});
const complete = (id: string) => ({ id, type: 'complete' });

/** The next message, which must belong to this operation. */
async function nextOf(bare: BareSocket, id: string) {
  const message = await bare.message();
  expect(message.id).toBe(id);
  return message;
}

describe('an ID that is completed and used again at once', () => {
  test('belongs to the later operation, which runs to its end', async () => {
    await using harness = await startHarness({ emulator: { processingMs: 200 } });
    await registerAndUpload(harness, 'up-1');
    await beginUpload(harness, 'up-2');
    await using bare = await openGreeted(harness.url);
    for (let round = 0; round < 10; round += 1) {
      bare.send(subscribe('x'));
      bare.send(complete('x'));
    }
    bare.send(subscribe('x', 'up-2'));
    const states: unknown[] = [];
    let last = await nextOf(bare, 'x');
    for (; last.type === 'next'; last = await nextOf(bare, 'x')) {
      const status = { clientRequestId: 'up-2' };
      expect(last.payload).toMatchObject({ data: { requestStatusChanged: status } });
      states.push(last.payload);
    }
    expect(last).toMatchObject({ type: 'complete' });
    expect(states.at(-1)).toMatchObject({ data: { requestStatusChanged: { status: 'DONE' } } });
  });

  test('leaves no watch and no polling behind once the socket is closed', async () => {
    await using harness = await startHarness({ ...SLOW, streams: { maxOperationsPerSocket: 100 } });
    await registerAndUpload(harness, 'up-1');
    await using bare = await openGreeted(harness.url);
    for (let round = 0; round < 100; round += 1) {
      bare.send(subscribe('x'));
      bare.send(complete('x'));
      bare.send(subscribe('x'));
      bare.send(complete('x'));
    }
    bare.send(subscribe('x'));
    await nextOf(bare, 'x');
    expect(await metric(harness, 'gateway_subscribers', { transport: 'websocket' })).toBe(1);
    bare.socket.close();
    await bare.closed();
    await expect.poll(() => metric(harness, 'gateway_subscribers', { transport: 'websocket' })).toBe(0);
    await expect.poll(() => metric(harness, 'gateway_watched_requests')).toBe(0);
    // A loop that is left over would poll every 50 ms or more often.
    const polls = harness.callsOf('requestStatus').length;
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(harness.callsOf('requestStatus').length - polls).toBe(0);
  });
});
