import { expect, test } from 'vitest';
import { json, startRawUpstream, startUpstream } from '../gong/upstream.js';
import { startProgram, urlIn } from './program.js';

test('proxy variables divert no call and no credential', async () => {
  await using proxy = await startRawUpstream((socket) => socket.destroy());
  await using gong = await startUpstream((_call, response) =>
    json(response, 200, { requestId: 'r', integrations: [] }),
  );
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
  await using program = startProgram('main.js', {
    CUSTOM_FIELDS: 'off',
    PORT: '0',
    GONG_BASE_URL: gong.url,
    GONG_BEARER_TOKEN: 'canary-token',
    ...Object.fromEntries(names.map((name) => [name, proxy.url])),
  });
  const url = urlIn(await program.plainLine, '/graphql');
  const answer = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ integrations { id } }"}',
  });
  expect(await answer.json()).toEqual({ data: { integrations: [] } });
  expect(gong.calls).toHaveLength(1);
  expect(proxy.connections()).toBe(0);
});
