import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { startHarness } from '../../support/harness.js';

const QUERY = JSON.stringify({ query: '{ __typename }' });

/** What Java 17's HttpClient sends first, byte for byte but for the host. */
function javaPost(path: string, contentType: string, body: string): string {
  return [
    `POST ${path} HTTP/1.1`,
    'Connection: Upgrade, HTTP2-Settings',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Host: 127.0.0.1',
    'HTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABkAAQBAAAAAAUAAEAA',
    'Upgrade: h2c',
    'User-Agent: Java-http-client/17.0.15',
    `Content-Type: ${contentType}`,
    '',
    body,
  ].join('\r\n');
}

/** Sends requests over one connection, each after the response to the last. Returns the responses. */
async function exchange(url: string, ...texts: readonly (readonly string[])[]): Promise<string[]> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const answers: string[] = [];
  try {
    for (const pieces of texts) {
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise((resolve) => setImmediate(resolve));
      }
      let answer = '';
      for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
        answer += String(chunk);
        const [head, body] = answer.split('\r\n\r\n');
        const length = Number(/content-length: (\d+)/i.exec(head ?? '')?.[1]);
        if (body !== undefined && Buffer.byteLength(body) >= length) break;
      }
      answers.push(answer);
    }
  } finally {
    socket.destroy();
  }
  return answers;
}

test.each([
  ['/graphql', 'application/json', QUERY, /^HTTP\/1\.1 200 .*__typename/s],
  ['/graphql/stream', 'application/json', QUERY, /^HTTP\/1\.1 406 /],
  ['/validate/ACCOUNT', 'application/x-ndjson', '{}\n', /^HTTP\/1\.1 404 .*NOT_FOUND/s],
  ['/nowhere', 'application/json', QUERY, /^HTTP\/1\.1 404 .*Not found: POST/s],
])('an upgrade to h2c is ignored at %s', async (path, contentType, body, expected) => {
  await using harness = await startHarness();
  const text = javaPost(path, contentType, body).replace('\r\n\r\n', '\r\nAccept: application/json\r\n\r\n');
  const [answer] = await exchange(harness.url, [text]);
  expect(answer).toMatch(expected);
});

test('a body that arrives after its head is complete, and the connection stays in use', async () => {
  await using harness = await startHarness();
  const query = JSON.stringify({ query: `{ __typename } #${'x'.repeat(10_000)}` });
  const text = javaPost('/graphql', 'application/json', query);
  const at = text.indexOf('\r\n\r\n') + 4;
  const pieces = [text.slice(0, at), text.slice(at, at + 5_000), text.slice(at + 5_000)];
  const plain = `GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n`;
  const answers = await exchange(harness.url, pieces, [plain], pieces, [plain]);
  expect(answers.map((answer) => answer.slice(0, 12))).toEqual(Array(4).fill('HTTP/1.1 200'));
});
