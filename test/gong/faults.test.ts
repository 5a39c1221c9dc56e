import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { GatewayError, type UpstreamAnswer } from '../../src/errors.js';
import { withoutFlaws } from '../../src/gong/flaw.js';
import type { GongClient } from '../../src/gong/types.js';
import { INTEGRATION, json, SECRET, startClient, startRawUpstream, startUpstream } from './upstream.js';

const FILE = { integrationId: INTEGRATION, clientRequestId: 'once', file: new Blob(['{"objectId":"1"}\n']) };

const list = (client: GongClient) => client.listIntegrations();
const upload = (client: GongClient) => client.uploadObjects('ACCOUNT', FILE);

async function failureOf(call: Promise<unknown>): Promise<GatewayError> {
  const outcome = await call.then(
    () => 'it succeeded',
    (error: unknown) => error,
  );
  if (!(outcome instanceof GatewayError)) throw new Error(`needed a GatewayError, got ${String(outcome)}`);
  return outcome;
}

describe('error statuses', () => {
  it.each([
    [400, 'BAD_USER_INPUT'],
    [401, 'UPSTREAM_UNAUTHENTICATED'],
    [403, 'UPSTREAM_FORBIDDEN'],
    [404, 'NOT_FOUND'],
    [405, 'UPSTREAM_ERROR'],
    [409, 'CONFLICT'],
    [413, 'PAYLOAD_TOO_LARGE'],
    [501, 'UPSTREAM_ERROR'],
  ])('reads %i as %s, with what Gong said, and does not repeat the call', async (status, code) => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, status, { requestId: 'ref-1', errors: ['First.', 'Second.'] }),
    );
    await using gong = startClient(upstream.url);
    for (const call of [list, upload]) {
      const error = await failureOf(call(gong.client));
      expect(error.code).toBe(code);
      expect(error.message).toContain('First.; Second.');
      if (code === 'BAD_USER_INPUT') {
        expect(error.extensions.problems).toEqual([
          { path: [], code: 'INVALID_VALUE', message: error.message },
        ]);
      }
      expect(error.extensions.upstream).toEqual({
        status,
        requestId: 'ref-1',
        errors: ['First.', 'Second.'],
      } satisfies UpstreamAnswer);
    }
    expect(upstream.calls).toHaveLength(2);
    expect(gong.log).toHaveLength(2);
    for (const line of gong.log) {
      expect(JSON.parse(line)).toMatchObject({ level: 'warn', status, gongRequestId: 'ref-1', code });
    }
  });

  it.each([
    ['HTML', '<html><body>Bad gateway</body></html>'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[1]'],
    ['errors of another shape', '{"requestId":7,"errors":{"a":1}}'],
    ['errors that are no texts', '{"errors":[{"message":"x"},null]}'],
  ])('reads a 502 whose body is %s', async (_name, body) => {
    await using upstream = await startUpstream((_call, response) => json(response, 502, body));
    await using gong = startClient(upstream.url);
    const error = await failureOf(list(gong.client));
    expect(error.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(error.extensions.upstream).toEqual({ status: 502, requestId: null, errors: [] });
  });

  it('does not mistake an unknown path for an unknown object', async () => {
    await using upstream = await startUpstream((_call, response) =>
      response.writeHead(404).end('no such path'),
    );
    await using gong = startClient(upstream.url);
    const error = await failureOf(list(gong.client));
    expect(error.code).toBe('UPSTREAM_ERROR');
    expect(error.message).toContain('dialect');
  });

  it.each([301, 302, 303, 307, 308])(
    'follows no redirect (%i), so that no credential leaves',
    async (status) => {
      await using elsewhere = await startUpstream((_call, response) => json(response, 200, {}));
      await using upstream = await startUpstream((_call, response) =>
        response.writeHead(status, { location: `${elsewhere.url}/v2/crm/integrations` }).end(),
      );
      await using gong = startClient(upstream.url);
      expect((await failureOf(list(gong.client))).code).toBe('UPSTREAM_INVALID_RESPONSE');
      expect((await failureOf(upload(gong.client))).code).toBe('UPSTREAM_INVALID_RESPONSE');
      expect(elsewhere.calls).toHaveLength(0);
    },
  );

  it('cleans the texts of Gong’s errors and removes the gateway’s credentials from them', async () => {
    const basic = Buffer.from(`canary-key:${SECRET}`).toString('base64');
    const hostile = [
      `you sent Authorization: Basic ${basic} (${SECRET})`,
      'line\r\n{"level":"error"}\u0000\u001b[31m\u2028\u202e',
      'a <script>alert(1)</script> <b onload="x">bold</b> 1 < 2 > 0',
      'x'.repeat(5_000),
      // Where the text is cut, a secret stands.
      `${'<b>'.repeat(3_331)}${SECRET}`,
      ...Array.from({ length: 50 }, (_, index) => `text ${index}`),
    ];
    await using upstream = await startUpstream((_call, response) =>
      json(response, 400, { requestId: `ref\n${SECRET}`, errors: hostile }),
    );
    await using gong = startClient(upstream.url);
    const error = await failureOf(list(gong.client));
    const everything = [error.message, JSON.stringify(error.extensions), ...gong.log].join('\n');
    expect(everything).not.toContain(SECRET);
    expect(everything).not.toContain(basic);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(error.message).not.toMatch(/[\u0000-\u001f\u2028\u202e]/);
    expect(error.extensions.upstream).toMatchObject({
      requestId: 'ref [removed]',
      errors: [
        'you sent Authorization: Basic [removed] ([removed])',
        'line {"level":"error"} [31m',
        'a alert(1) bold 1 < 2 > 0',
        expect.stringMatching(/^x{499}…$/),
        '[remove',
        ...Array.from({ length: 5 }, (_, index) => `text ${index}`),
      ],
    });
  });
});

describe('429', () => {
  const DATE = 'Tue, 10 Nov 2026 10:00:00 GMT';
  it.each([
    ['seconds', { 'retry-after': '120' }, 120],
    [
      'a date, against the answer’s own clock',
      { 'retry-after': 'Tue, 10 Nov 2026 10:02:00 GMT', date: DATE },
      120,
    ],
    ['a date that has passed', { 'retry-after': 'Tue, 10 Nov 2026 09:00:00 GMT', date: DATE }, 1],
    ['nothing', {}, 1],
    ['a negative number', { 'retry-after': '-5' }, 1],
    ['zero', { 'retry-after': '0' }, 1],
    ['a fraction', { 'retry-after': '1.5' }, 1],
    ['rubbish', { 'retry-after': 'soon' }, 1],
    ['a rubbish date', { 'retry-after': 'Xyz, 99 Foo', date: DATE }, 1],
    ['a thousand million', { 'retry-after': '1000000000' }, 86_400],
    ['more than a number holds', { 'retry-after': '9'.repeat(400) }, 86_400],
  ])('with %s as Retry-After', async (_name, headers, retryAfterSeconds) => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 429, { requestId: 'ref-1', errors: ['Limit exceeded'] }, headers),
    );
    await using gong = startClient(upstream.url, { queueMaxMs: 500, probeAfterMs: 86_400_000 });
    const error = await failureOf(list(gong.client));
    expect(error.code).toBe('RATE_LIMITED');
    expect(error.extensions).toMatchObject({
      retryAfterSeconds,
      upstream: { status: 429, requestId: 'ref-1' },
    });
    expect(upstream.calls).toHaveLength(1);
    // The next call does not even reach Gong.
    expect((await failureOf(upload(gong.client))).code).toBe('RATE_LIMITED');
    expect(upstream.calls).toHaveLength(1);
  });

  it.each([
    ['read', list],
    ['upload', upload],
  ])(
    'repeats a %s after the pause that Gong asks for, during which all other calls wait',
    async (_name, call) => {
      await using upstream = await startUpstream(({ arrivedAt }, response) => {
        const tooEarly = arrivedAt < (upstream.calls[0]?.arrivedAt ?? 0) + 1_000;
        if (tooEarly) json(response, 429, { requestId: 'r', errors: [] }, { 'retry-after': '1' });
        else json(response, 200, { requestId: 'r', integrations: [], clientRequestId: 'once' });
      });
      await using gong = startClient(upstream.url);
      const first = call(gong.client);
      while (gong.attempts.length === 0) await new Promise(setImmediate);
      await Promise.all([first, list(gong.client)]);
      expect(upstream.calls).toHaveLength(3);
      const [limited] = upstream.calls;
      const again = upstream.calls.findLast((received) => received.method === limited?.method);
      expect(again?.body.equals(limited?.body ?? Buffer.alloc(0))).toBe(true);
      expect(gong.attempts.map(({ status }) => status)).toEqual([429, 200, 200]);
    },
  );

  it('gives up after five repeats', async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 429, { requestId: 'r', errors: [] }),
    );
    await using gong = startClient(upstream.url, { queueMaxMs: 60_000 });
    const error = await failureOf(list(gong.client));
    expect(error.code).toBe('RATE_LIMITED');
    expect(upstream.calls).toHaveLength(6);
  });
});

describe('unusable answers', () => {
  const listing = (status: number, body: string | Buffer, headers = {}) =>
    startUpstream((_call, response) => response.writeHead(status, headers).end(body));

  it.each([
    ['malformed JSON', '{"integrations":[}'],
    ['HTML', '<html></html>'],
    ['nothing', ''],
    ['null', 'null'],
    ['a list', '[]'],
    ['bytes that are not UTF-8', Buffer.from('{"integrations":[],"x":"\xff"}', 'latin1')],
    ['another object', '{"requestId":"ref-1"}'],
  ])('refuses %s with status 200', async (_name, body) => {
    await using upstream = await listing(200, body);
    await using gong = startClient(upstream.url);
    const error = await failureOf(list(gong.client));
    expect(error.code).toBe('UPSTREAM_INVALID_RESPONSE');
    expect(error.extensions.upstream).toMatchObject({ status: 200 });
    expect(upstream.calls).toHaveLength(1);
  });

  it('includes Gong’s requestId when the shape is wrong', async () => {
    await using upstream = await listing(200, '{"requestId":"ref-1","integrations":{}}');
    await using gong = startClient(upstream.url);
    const error = await failureOf(list(gong.client));
    expect(error.extensions.upstream).toMatchObject({ requestId: 'ref-1' });
    expect(error.message).toContain('integrations');
  });

  it.each(['gzip', 'br', 'identity, gzip', 'GZIP', 'nonsense', Array(10).fill('gzip').join(', ')])(
    'refuses an answer encoded as %s unread',
    async (encoding) => {
      await using upstream = await listing(200, gzipSync('{"integrations":[]}'), {
        'content-encoding': encoding,
      });
      await using gong = startClient(upstream.url);
      expect((await failureOf(list(gong.client))).code).toBe('UPSTREAM_INVALID_RESPONSE');
    },
  );

  it('judges a compressed error answer by its status', async () => {
    await using upstream = await listing(503, gzipSync('{}'), { 'content-encoding': 'gzip' });
    await using gong = startClient(upstream.url);
    expect((await failureOf(list(gong.client))).code).toBe('UPSTREAM_UNAVAILABLE');
  });

  it.each([
    ['of known length', true],
    ['without end', false],
  ])('stops reading an answer %s at the limit', async (_name, lengthKnown) => {
    const chunk = Buffer.alloc(64 * 1024, 'x');
    let closed: (() => void) | undefined;
    const cut = new Promise<void>((resolve) => {
      closed = resolve;
    });
    let written = 0;
    await using upstream = await startUpstream((_call, response) => {
      response.on('close', () => closed?.());
      response.writeHead(200, lengthKnown ? { 'content-length': String(2 ** 30) } : {});
      const write = () => {
        while (!response.destroyed) {
          written += chunk.length;
          if (!response.write(chunk)) break;
        }
      };
      response.on('drain', write);
      write();
    });
    await using gong = startClient(upstream.url, { maxResponseBytes: 100_000 });
    const error = await failureOf(list(gong.client));
    expect(error.code).toBe('UPSTREAM_INVALID_RESPONSE');
    expect(error.message).toContain('100000 bytes');
    await cut;
    expect(written).toBeLessThan(32 * 2 ** 20);
  });

  it('reads an answer of exactly the limit', async () => {
    const body = JSON.stringify({ integrations: [], padding: 'x'.repeat(1_000) });
    await using upstream = await listing(200, body);
    await using exact = startClient(upstream.url, { maxResponseBytes: body.length });
    await using smaller = startClient(upstream.url, { maxResponseBytes: body.length - 1 });
    expect(await list(exact.client)).toEqual([]);
    expect((await failureOf(list(smaller.client))).code).toBe('UPSTREAM_INVALID_RESPONSE');
  });
});

describe('connections that fail', () => {
  const HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n';

  it('reports Gong as unavailable when the connection is refused', async () => {
    const upstream = await startRawUpstream(() => undefined);
    await upstream[Symbol.asyncDispose]();
    await using gong = startClient(upstream.url);
    const error = await failureOf(list(gong.client));
    expect(error.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(error.extensions.upstream).toBeUndefined();
    expect(gong.attempts).toHaveLength(1);
  });

  it('reports Gong as unavailable when the host is unknown', async () => {
    await using gong = startClient('http://no-such-host.invalid');
    expect((await failureOf(list(gong.client))).code).toBe('UPSTREAM_UNAVAILABLE');
  });

  it('sends no byte of HTTP to a server that does not speak TLS', async () => {
    let received = '';
    await using upstream = await startRawUpstream((socket) => {
      socket.on('data', (data) => {
        received += data.toString('latin1');
        socket.end('plain text');
      });
    });
    await using gong = startClient(upstream.url.replace('http:', 'https:'));
    expect((await failureOf(list(gong.client))).code).toBe('UPSTREAM_UNAVAILABLE');
    expect(received).not.toContain('HTTP/1.1');
  });

  it.each([
    ['a read, which is sent three times', list, 3],
    // The write, and three attempts to find out whether it arrived.
    ['a write, which is not repeated blindly', upload, 4],
  ])('a reset before the answer, of %s', async (_name, call, connections) => {
    await using upstream = await startRawUpstream((socket) => {
      socket.once('data', () => socket.resetAndDestroy());
    });
    await using gong = startClient(upstream.url);
    expect((await failureOf(call(gong.client))).code).toBe('UPSTREAM_UNAVAILABLE');
    expect(upstream.connections()).toBe(connections);
    expect(gong.attempts).toHaveLength(connections);
  });

  it('repeats a read at once when Gong closed the idle connection just as the request was written', async () => {
    await using upstream = await startRawUpstream((socket, connection) => {
      let requests = 0;
      socket.on('data', () => {
        if (connection === 1 && ++requests === 2) socket.destroy();
        else socket.write(`${HEAD}content-length: 19\r\n\r\n{"integrations":[]}`);
      });
    });
    await using gong = startClient(upstream.url);
    expect(await list(gong.client)).toEqual([]);
    expect(await list(gong.client)).toEqual([]);
    expect(upstream.connections()).toBe(2);
    expect(gong.attempts.map(({ attempt, status }) => [attempt, status])).toEqual([
      [1, 200],
      [1, null],
      [2, 200],
    ]);
  });

  it.each([
    ['reset', 'content-length: 100\r\n\r\n{"integr', true],
    ['ended', 'content-length: 100\r\n\r\n{"integr', false],
    ['ended between chunks', 'transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n', false],
  ])('gives up a read that is %s within the answer three times', async (_name, answer, reset) => {
    await using upstream = await startRawUpstream((socket) => {
      socket.once('data', () =>
        socket.write(HEAD + answer, () => {
          if (reset) setImmediate(() => socket.resetAndDestroy());
          else socket.end();
        }),
      );
    });
    await using gong = startClient(upstream.url);
    const error = await failureOf(list(gong.client));
    expect(error.code).toBe('UPSTREAM_UNAVAILABLE');
    expect(upstream.connections()).toBe(3);
  });

  it('reads no more than the announced length of an answer, and sends the next call over another connection', async () => {
    await using upstream = await startRawUpstream((socket) => {
      socket.on('data', () =>
        socket.write(`${HEAD}content-length: 19\r\n\r\n{"integrations":[]}{"integrations":[{}]}`),
      );
    });
    await using gong = startClient(upstream.url);
    expect(await list(gong.client)).toEqual([]);
    expect(await list(gong.client)).toEqual([]);
    expect(upstream.connections()).toBe(2);
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n'],
    ['two lengths', `${HEAD}content-length: 2\r\ncontent-length: 20\r\n\r\n{}`],
    ['headers without end', `${HEAD}${'x-padding: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\r\n'.repeat(2_000)}`],
  ])('refuses %s', async (_name, answer) => {
    await using upstream = await startRawUpstream((socket) => {
      socket.once('data', () => socket.write(answer));
    });
    await using gong = startClient(upstream.url);
    for (const call of [list, upload]) {
      const error = await failureOf(call(gong.client));
      expect(error.code).toBe('UPSTREAM_INVALID_RESPONSE');
      expect(inspect(error, { depth: 10 })).not.toContain('OpenSSH');
    }
  });

  it.each([
    ['nothing at all', ''],
    ['headers that stop', HEAD],
    ['a body that stops', `${HEAD}content-length: 100\r\n\r\n{`],
    ['a body that drips for ever', `${HEAD}transfer-encoding: chunked\r\n\r\n`],
  ])('ends a call at its total timeout when the answer is %s', async (name, answer) => {
    await using upstream = await startRawUpstream((socket) => {
      socket.once('data', () => {
        socket.write(answer);
        if (!name.includes('drips')) return;
        const drip = setInterval(() => socket.write('1\r\n \r\n'), 10);
        socket.on('close', () => clearInterval(drip));
      });
    });
    await using gong = startClient(upstream.url, { timeoutMs: 200 });
    expect((await failureOf(list(gong.client))).code).toBe('UPSTREAM_TIMEOUT');
    expect(upstream.connections()).toBe(1);
  });

  it('lets the caller abandon a call under way, and frees the connection', async () => {
    const impatience = new AbortController();
    let closed: (() => void) | undefined;
    const cut = new Promise<void>((resolve) => {
      closed = resolve;
    });
    let requests = 0;
    await using upstream = await startRawUpstream((socket) => {
      socket.once('data', () => {
        requests++;
        impatience.abort();
      });
      socket.once('close', () => closed?.());
    });
    await using gong = startClient(upstream.url);
    const error = await failureOf(gong.client.listIntegrations({ signal: impatience.signal }));
    expect(error.code).toBe('UPSTREAM_TIMEOUT');
    await cut;
    const again = await failureOf(gong.client.listIntegrations({ signal: impatience.signal }));
    expect(again.code).toBe('UPSTREAM_TIMEOUT');
    expect(requests).toBe(1);
  });

  it('fails with the abort reason if that is a GatewayError', async () => {
    const reason = new GatewayError('RATE_LIMITED', 'the operation ran out of calls');
    await using upstream = await startUpstream((_call, response) => json(response, 500, {}));
    await using gong = startClient(upstream.url);
    const error = await failureOf(gong.client.listIntegrations({ signal: AbortSignal.abort(reason) }));
    expect(error).toBe(reason);
  });

  it('reports the status when Gong refuses an upload before reading it', async () => {
    await using upstream = await startRawUpstream((socket) => {
      socket.once('data', () => {
        const body = '{"requestId":"ref-1","errors":["too large"]}';
        socket.write(`HTTP/1.1 413 Too Large\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
        socket.pause();
      });
    });
    await using gong = startClient(upstream.url);
    const file = new Blob([Buffer.alloc(20_000_000, '\n')]);
    const error = await failureOf(gong.client.uploadObjects('DEAL', { ...FILE, file }));
    expect(error.code).toBe('PAYLOAD_TOO_LARGE');
    expect(error.extensions.upstream).toMatchObject({ requestId: 'ref-1' });
  });
});

describe('tolerant reading of answers', () => {
  const answering = (body: string) => startUpstream((_call, response) => response.writeHead(200).end(body));

  it('reads 64-bit ids without loss, as numbers and as strings', async () => {
    await using upstream = await answering(
      '{"requestId":"r","integrations":[{"integrationId":5517027188234206123,"name":"a","ownerEmail":"b","new":1},{"integrationId":"5517027188234206125","name":"a","ownerEmail":"b"},{"integrationId":7,"name":"a","ownerEmail":"b"}]}',
    );
    await using gong = startClient(upstream.url);
    const integrations = await list(gong.client);
    expect(withoutFlaws(integrations).map(({ integrationId }) => integrationId)).toEqual([
      '5517027188234206123',
      '5517027188234206125',
      '7',
    ]);
  });

  it('finds objects whose ids equal the names of inherited members, and only those', async () => {
    const ids = ['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'a', 'b', 'c'];
    await using upstream = await answering(
      '{"requestId":"r","crmObjectsMap":{"__proto__":{"n":1},"toString":{"n":2},"a":{"amount":9007199254740993},"b":null,"not-asked-for":{}}}',
    );
    await using gong = startClient(upstream.url);
    const objects = await gong.client.getObjects(INTEGRATION, 'DEAL', ids);
    const left = expect.objectContaining({ code: 'UPSTREAM_INVALID_RESPONSE' });
    expect(objects).toEqual([{ n: 1 }, left, { n: 2 }, left, { amount: '9007199254740993' }, null, left]);
  });

  it.each(['{"crmObjectsMap":[]}', '{"crmObjectsMap":"x"}', '{"crmObjectsMap":null}', '{}'])(
    'refuses the objects %s',
    async (body) => {
      await using upstream = await answering(body);
      await using gong = startClient(upstream.url);
      const error = await failureOf(gong.client.getObjects(INTEGRATION, 'DEAL', ['a']));
      expect(error.code).toBe('UPSTREAM_INVALID_RESPONSE');
    },
  );

  it.each(['objectTypeToSelectedFields', 'selectedFields'])(
    'reads a schema listing under %s',
    async (key) => {
      const fields = [
        { uniqueName: 'size', name: 'old name', label: 'Size', type: 'NUMBER' },
        { name: 'stage', label: 'Stage', type: 'PICKLIST', orderedValueList: ['a'], lastModified: null },
        { uniqueName: 'gone', label: 'Gone', type: 'STRING', isDeleted: true },
        { uniqueName: 'novel', label: null, type: 'HOLOGRAM', referenceTo: 'PLANET' },
      ];
      await using upstream = await answering(
        JSON.stringify({
          requestId: 'r',
          [key]: { DEAL: fields, LEAD: null, PLANET: 'whatever', CONTACT: [] },
        }),
      );
      await using gong = startClient(upstream.url);
      const listing = await gong.client.listSchema(INTEGRATION);
      const none = { lastModified: null, referenceTo: null, orderedValueList: null };
      expect([...listing]).toEqual([
        ['CONTACT', []],
        [
          'DEAL',
          [
            { ...none, uniqueName: 'size', label: 'Size', type: 'NUMBER' },
            { ...none, uniqueName: 'stage', label: 'Stage', type: 'PICKLIST', orderedValueList: ['a'] },
            { ...none, uniqueName: 'novel', label: 'novel', type: 'STRING' },
          ],
        ],
      ]);
      expect(gong.log.filter((line) => line.includes('HOLOGRAM') || line.includes('PLANET'))).toHaveLength(2);
      expect([...(await gong.client.listSchema(INTEGRATION, 'DEAL')).keys()]).toEqual(['DEAL']);
      expect((await gong.client.listSchema(INTEGRATION, 'ACCOUNT')).size).toBe(0);
    },
  );

  it.each([
    ['{"status":"DONE"}', { state: 'DONE', errors: [], totalErrorCount: null, totalSuccessCount: null }],
    [
      '{"status":"FAILED","errors":[{"line":0,"description":"d","x":1}],"totalErrorCount":1,"totalSuccessCount":0}',
      { state: 'FAILED', errors: [{ line: 0, description: 'd' }], totalErrorCount: 1, totalSuccessCount: 0 },
    ],
    [
      '{"status":"PENDING","errors":null,"totalErrorCount":null}',
      { state: 'PENDING', errors: [], totalErrorCount: null, totalSuccessCount: null },
    ],
  ])('reads the request status %s', async (body, status) => {
    await using upstream = await answering(body);
    await using gong = startClient(upstream.url);
    expect(await gong.client.requestStatus(INTEGRATION, 'once')).toEqual(status);
  });

  it.each(['{"status":"LOST"}', '{"status":"done"}', '{}', '{"status":"DONE","errors":[{"line":"x"}]}'])(
    'refuses the request status %s',
    async (body) => {
      await using upstream = await answering(body);
      await using gong = startClient(upstream.url);
      const error = await failureOf(gong.client.requestStatus(INTEGRATION, 'once'));
      expect(error.code).toBe('UPSTREAM_INVALID_RESPONSE');
    },
  );
});
