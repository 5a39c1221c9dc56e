import { openAsBlob } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { API_DIALECTS } from '../../src/crm/dialects.js';
import { INTEGRATION, json, SECRET, startClient, startUpstream } from './upstream.js';

describe('what is sent to Gong', () => {
  it('sends five reads with bodies over one connection', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 200, { requestId: 'r', crmObjectsMap: {} }),
    );
    await using gong = startClient(upstream.url);
    for (let call = 0; call < 5; call++) await gong.client.getObjects(INTEGRATION, 'DEAL', [`d${call}`]);
    expect(upstream.calls).toHaveLength(5);
    expect(new Set(upstream.calls.map((call) => call.connection)).size).toBe(1);
  });

  it.each(API_DIALECTS)('sends ids as a JSON array in the body of a GET (%s)', async (dialect) => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 200, { requestId: 'r', crmObjectsMap: {} }),
    );
    await using gong = startClient(upstream.url, { dialect });
    await gong.client.getObjects(INTEGRATION, 'DEAL', ['a', 'ü', '"']);
    const [call] = upstream.calls;
    expect(call?.method).toBe('GET');
    expect(call?.headers['content-type']).toBe('application/json');
    expect(call?.headers['accept-encoding']).toBe('identity');
    expect(call?.headers.authorization).toBe(
      `Basic ${Buffer.from(`canary-key:${SECRET}`).toString('base64')}`,
    );
    expect(Object.fromEntries(call?.url.searchParams ?? [])).toEqual({
      integrationId: INTEGRATION,
      objectType: 'DEAL',
    });
    expect(JSON.parse(call?.body.toString() ?? '')).toEqual(['a', 'ü', '"']);
  });

  it('keeps the path of a base URL and sends a bearer token', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 200, { requestId: 'r', integrations: [] }),
    );
    await using gong = startClient(`${upstream.url}/behind/a/proxy/`, {
      credentials: { kind: 'bearer', token: 'canary-token' },
    });
    await gong.client.listIntegrations();
    expect(upstream.calls[0]?.url.pathname).toBe('/behind/a/proxy/v2/crm/integrations');
    expect(upstream.calls[0]?.headers.authorization).toBe('Bearer canary-token');
  });

  it('sends nothing for an empty list of ids, and refuses more than 100', async () => {
    await using upstream = await startUpstream((_call, response) => json(response, 500, {}));
    await using gong = startClient(upstream.url);
    expect(await gong.client.getObjects(INTEGRATION, 'DEAL', [])).toEqual([]);
    const ids = Array.from({ length: 101 }, (_, index) => `d${index}`);
    await expect(gong.client.getObjects(INTEGRATION, 'DEAL', ids)).rejects.toBeInstanceOf(RangeError);
    expect(upstream.calls).toHaveLength(0);
  });

  it.each([
    'a b',
    'a\r\nX: y',
    'a%0d%0aX:%20y',
    'a&objectType=DEAL',
    '../x',
    '',
    'a%0d',
    'é',
    '😀',
    '\ud83d',
    '\u0000',
    'x'.repeat(129),
    'x'.repeat(10_000),
  ])('refuses the clientRequestId %j before anything is sent', async (clientRequestId) => {
    await using upstream = await startUpstream((_call, response) => json(response, 500, {}));
    await using gong = startClient(upstream.url);
    await expect(gong.client.requestStatus(INTEGRATION, clientRequestId)).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    await expect(gong.client.requestStatus(`${INTEGRATION}0&x=y`, 'fine')).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
    });
    expect(upstream.calls).toHaveLength(0);
  });

  it('uploads a file from disk unchanged, with its length known beforehand', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gong-client-'));
    try {
      const path = join(folder, 'file.ldjson');
      const content = Buffer.from('{"objectId":"ü 🎈"}\r\n'.repeat(150_000));
      await writeFile(path, content);
      await using upstream = await startUpstream((_call, response) =>
        json(response, 201, { requestId: 'r', clientRequestId: 'once' }),
      );
      await using gong = startClient(upstream.url);
      const file = await openAsBlob(path);
      await gong.client.uploadObjects('DEAL', { integrationId: INTEGRATION, clientRequestId: 'once', file });

      const [call] = upstream.calls;
      expect(call?.headers['transfer-encoding']).toBeUndefined();
      expect(call?.headers['content-length']).toBe(String(call?.body.length));
      expect(Object.fromEntries(call?.url.searchParams ?? [])).toEqual({
        integrationId: INTEGRATION,
        clientRequestId: 'once',
        objectType: 'DEAL',
      });
      const form = await new Response(new Uint8Array(call?.body ?? []), {
        headers: { 'content-type': call?.headers['content-type'] ?? '' },
      }).formData();
      const part = form.get('dataFile');
      expect([...form.keys()]).toEqual(['dataFile']);
      if (!(part instanceof File)) throw new Error('the part is not a file');
      expect(part.name).toBe('deal.ldjson');
      expect(part.type).toBe('application/x-ndjson');
      expect(Buffer.from(await part.arrayBuffer()).equals(content)).toBe(true);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('omits null properties from a schema push', async () => {
    await using upstream = await startUpstream((_call, response) => json(response, 201, { requestId: 'r' }));
    await using gong = startClient(upstream.url);
    await gong.client.pushSchema(INTEGRATION, 'DEAL', [
      { uniqueName: 'size', label: 'Size', type: 'NUMBER', lastModified: null, orderedValueList: null },
      { uniqueName: 'old', isDeleted: true },
    ]);
    expect(JSON.parse(upstream.calls[0]?.body.toString() ?? '')).toEqual([
      { uniqueName: 'size', label: 'Size', type: 'NUMBER' },
      { uniqueName: 'old', isDeleted: true },
    ]);
  });
});
