import { expect, test } from 'vitest';
import { startProgram, urlIn } from '../../start/program.js';
import { busiestSecond, json, startUpstream } from '../upstream.js';

test('a gateway that is killed in the middle of its second, and its successor, stay within one budget', {
  timeout: 60_000,
}, async () => {
  await using gong = await startUpstream((_call, response) =>
    json(response, 200, { requestId: 'r', status: 'DONE' }),
  );
  for (let start = 1; start <= 3; start += 1) {
    await using gateway = startProgram('main.js', {
      // Custom fields would be read from Gong at the start.
      CUSTOM_FIELDS: 'off',
      PORT: '0',
      LOG_LEVEL: 'silent',
      GONG_BASE_URL: gong.url,
      GONG_BEARER_TOKEN: 'gong-token',
    });
    const url = urlIn(await gateway.plainLine, '/graphql');
    const headers = { 'content-type': 'application/json' };
    const ask = (id: string) => {
      const query = `{ requestStatus(integrationId: "1", clientRequestId: "${id}") { status } }`;
      return fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
    };
    const answers = await Promise.all([ask('a'), ask('b'), ask('c')]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(gong.calls).toHaveLength(start * 3);
  }
  expect(busiestSecond(gong.calls.map((call) => call.arrivedAt))).toBe(3);
});
