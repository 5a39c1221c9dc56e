import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type EmulatorCall, startEmulator } from '../../../src/emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS } from '../../../src/emulator/settings.js';
import { startProgram, urlIn } from '../../start/program.js';
import { line } from './support.js';

/** More for a night: KILL_ROUNDS=100. */
const ROUNDS = Number(process.env.KILL_ROUNDS ?? 5);

/**
 * How much of the file has been sent when the gateway dies; `accepted`: Gong has it, and the caller has no answer. The
 * gateway that takes its place cannot know what was written since, so it sends the file again, under another name.
 */
const MOMENTS = ['accepted', 0.25, 0.5, 0.75, 1] as const;

test(
  `a gateway killed ${ROUNDS} times at any moment of an upload: a retry succeeds, and nothing stays on disk`,
  async () => {
    const spoolDir = mkdtempSync(join(tmpdir(), 'kill-'));
    const accepted: string[] = [];
    let onAccepted = () => {};
    const onCall = ({ operation, status, query }: EmulatorCall) => {
      if (operation !== 'uploadObjects' || status !== 201) return;
      accepted.push(query.get('clientRequestId') ?? '');
      onAccepted();
    };
    const settings = { ...DEFAULT_EMULATOR_SETTINGS, callsPerSecond: 0, callsPerDay: 0, processingMs: 0 };
    await using emulator = await startEmulator(settings, { onCall });
    await fetch(`${emulator.url}/v2/crm/integrations`, {
      method: 'PUT',
      headers: {
        authorization: `Basic ${Buffer.from('emulator:emulator').toString('base64')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ name: 'Acme', ownerEmail: 'owner@acme.com' }),
    });
    const start = () =>
      startProgram('main.js', {
        PORT: '0',
        LOG_LEVEL: 'silent',
        GONG_BASE_URL: emulator.url,
        GONG_ACCESS_KEY: 'emulator',
        GONG_ACCESS_KEY_SECRET: 'emulator',
        GONG_CALLS_PER_SECOND: '0',
        UPLOAD_SPOOL_DIR: spoolDir,
      });

    let gateway = start();
    let kills = 0;
    let loads = 0;
    for (let round = 0; round < ROUNDS; round += 1) {
      const moment = MOMENTS[round % MOMENTS.length] ?? 1;
      const content = Buffer.from(
        Array.from({ length: 2_000 }, (_, index) => `${line(`r${round}-${index}`)}\n`).join(''),
      );
      const victim = gateway;
      const url = urlIn(await victim.plainLine, '/graphql');
      onAccepted = () => {
        if (moment === 'accepted') victim.kill('SIGKILL');
      };
      const share = moment === 'accepted' ? 1 : moment;
      await sendPart(url, content, Math.floor(content.length * share), () => {
        if (moment !== 'accepted') victim.kill('SIGKILL');
      });
      expect((await victim.ended).signal).toBe('SIGKILL');
      kills += 1;
      onAccepted = () => {};

      gateway = start();
      const again = await post(urlIn(await gateway.plainLine, '/graphql'), content);
      expect(again, `round ${round}, killed at ${moment}`).toMatchObject({
        status: 202,
        body: { alreadySubmitted: false },
      });
      loads += moment === 'accepted' ? 2 : 1;
      expect(accepted, `round ${round}, killed at ${moment}`).toHaveLength(loads);
      expect(new Set(accepted).size).toBe(loads);
      expect(readdirSync(spoolDir), `round ${round}, killed at ${moment}`).toEqual([]);
    }
    await gateway[Symbol.asyncDispose]();
    rmSync(spoolDir, { recursive: true });
    expect(kills).toBe(ROUNDS);
  },
  60_000 + ROUNDS * 10_000,
);

async function post(url: string, content: Buffer): Promise<{ status: number; body: unknown }> {
  const headers = { 'content-type': 'application/x-ndjson' };
  const response = await fetch(`${url}/upload/ACCOUNT`, {
    method: 'POST',
    headers,
    body: new Uint8Array(content),
  });
  return { status: response.status, body: await response.json() };
}

/** Sends the first `bytes`, says so, and waits for the connection to end. */
async function sendPart(url: string, content: Buffer, bytes: number, onSent: () => void): Promise<void> {
  const headers = { 'content-type': 'application/x-ndjson', 'content-length': content.length };
  const sending = request(`${url}/upload/ACCOUNT`, { method: 'POST', headers });
  const closed = new Promise<void>((resolve) => sending.on('close', resolve));
  sending.on('error', () => {});
  sending.write(content.subarray(0, bytes), onSent);
  await closed;
}
