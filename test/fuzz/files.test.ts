import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Agent, request } from 'undici';
import { expect, test } from 'vitest';
import { UPLOAD_OBJECT_TYPES, type UploadObjectType } from '../../src/crm/object-types.js';
import { registerAcme } from '../support/acme.js';
import { follow } from '../support/follow.js';
import { startHarness } from '../support/harness.js';
import {
  createLog,
  expectNothingLeft,
  expectSound,
  FUZZ_TIMEOUT_MS,
  HANG_MS,
  holds,
  openFiles,
} from './settings.js';

const DATES = ['2024-03-01T12:00:00Z', '2024-03-01T12:00:00+02:00', '2023-12-31T23:59:59Z'];
const GOOD: Record<string, fc.Arbitrary<unknown>> = {
  objectId: fc.constantFrom('a1', 'b2', 'c-3', 'jane@acme.com', 'x'.repeat(64)),
  modifiedDate: fc.constantFrom(...DATES),
  isDeleted: fc.constantFrom(false, true, null),
  url: fc.constantFrom('https://crm.example.com/1', null),
  name: fc.string({ minLength: 1, maxLength: 20 }),
  domains: fc.array(fc.constantFrom('acme.com', 'acme.org'), { maxLength: 2 }),
  emailAddress: fc.constantFrom('jane@acme.com', 'john@acme.com'),
  firstName: fc.constantFrom('Jane', 'Ümit'),
  lastName: fc.constantFrom('Doe', '<b>'),
  accountId: fc.constantFrom('a1', 'nobody'),
  ownerId: fc.constantFrom('owner-1', 'nobody'),
  createdDate: fc.constantFrom(...DATES),
  closeDate: fc.constantFrom('2024-05-01'),
  status: fc.constantFrom('OPEN', 'WON', 'LOST'),
  stage: fc.constantFrom('discovery'),
  amount: fc.constantFrom(0, 7000.5),
  internalName: fc.constantFrom('won'),
  isActive: fc.boolean(),
  sortOrder: fc.constantFrom(1, 5),
};

const bad = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    '',
    'x'.repeat(65),
    '2024-02-31T00:00:00Z',
    '2024-03-01T12:00:00.000Z',
    `00${' '.repeat(500)}x!`,
    1e300,
  ),
);

/** A line that is usually valid. */
const line = fc
  .tuple(
    fc.record(GOOD, { requiredKeys: ['objectId', 'modifiedDate', 'name', 'emailAddress'] }),
    fc.nat(30),
    bad,
  )
  .map(([object, dice, value]) => {
    const names = Object.keys(object);
    const name = names[dice] ?? (dice === 20 ? '__proto__' : undefined);
    return name === undefined ? JSON.stringify(object) : JSON.stringify({ ...object, [name]: value });
  });

const separator = fc.constantFrom('\n', '\n', '\n', '\r\n', '\n\n', '\r', '\u2028');
const noise = fc.oneof(
  fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)),
  fc
    .constantFrom('[]', '{', 'null', '{"objectId":"a1"} {"objectId":"b2"}', `${'['.repeat(5_000)}`, '\ufeff')
    .map(Buffer.from),
);

const file = fc
  .array(
    fc.tuple(
      fc.oneof({ weight: 9, arbitrary: line.map(Buffer.from) }, { weight: 1, arbitrary: noise }),
      separator,
    ),
    {
      maxLength: 12,
    },
  )
  .map((lines) => Buffer.concat(lines.flatMap(([content, end]) => [content, Buffer.from(end)])));

const LINE_ERRORS_OF_GONG_ALONE = /stage/i;

test(
  'Gong accepts every file that the gateway accepts, and a refused file gets reasons',
  async () => {
    const log = createLog();
    await using harness = await startHarness({ log: log.sink });
    await registerAcme(harness);
    const dispatcher = new Agent();
    const files = openFiles();
    const outcomes = new Set<string>();
    let count = 0;
    await holds(
      fc.asyncProperty(
        fc.constantFrom<UploadObjectType>(...UPLOAD_OBJECT_TYPES),
        fc.constantFrom('ENFORCE', 'SKIP_INVALID'),
        file,
        fc.boolean(),
        async (type, validation, bytes, isGzip) => {
          count += 1;
          const answer = await request(
            `${harness.url}/upload/${type}?validation=${validation}&clientRequestId=fuzz-${count}`,
            {
              ...{ dispatcher, method: 'POST', signal: AbortSignal.timeout(HANG_MS) },
              headers: { 'content-type': 'application/x-ndjson' },
              body: isGzip ? gzipSync(bytes) : bytes,
            },
          );
          const body: unknown = expectSound(answer.statusCode, await answer.body.text());
          expect([202, 400, 422]).toContain(answer.statusCode);
          outcomes.add(`${answer.statusCode}`);
          if (answer.statusCode === 422) expect(body).toMatchObject({ errorCount: expect.any(Number) });
          if (answer.statusCode !== 202) return;
          const { requests } = body as { requests: { clientRequestId: string }[] };
          for (const { clientRequestId } of requests) {
            const { status, errors } = await follow(harness, clientRequestId);
            const unforeseen = errors.filter(
              ({ description }) => !LINE_ERRORS_OF_GONG_ALONE.test(description),
            );
            expect({ status, unforeseen, text: String(bytes) }).toMatchObject({ unforeseen: [] });
          }
        },
      ),
      3,
    );
    expect([...outcomes].sort()).toEqual(expect.arrayContaining(['202', '422']));
    log.expectSound();
    await expectNothingLeft(harness, files);
  },
  FUZZ_TIMEOUT_MS,
);

const BOUNDARY = 'fuzz';
const part = fc
  .tuple(
    fc.constantFrom('operations', 'map', '0', '1', '', '__proto__', 'x'.repeat(300)),
    fc.constantFrom(
      '{"query":"mutation($f: UploadFileInput!) { uploadFile(input: $f) { __typename } }","variables":{"f":{"objectType":"ACCOUNT","file":null}}}',
      '{"query":"{ __typename }"}',
      '[{"query":"{ __typename }"}]',
      '{"0":["variables.f.file"]}',
      '{"0":["variables.__proto__.file"]}',
      '{"0":["variables.f.file","query"]}',
      '{"objectId":"a1","modifiedDate":"2024-03-01T12:00:00Z","name":"A","domains":[]}\n',
      '{',
      '',
      'x'.repeat(5_000),
    ),
    fc.constantFrom(
      '',
      '; filename="a.ldjson"',
      '; filename="../../x"',
      '; filename="a\r\nX: y"',
      "; filename*=utf-8''%00",
    ),
  )
  .map(
    ([name, value, fileName]) =>
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${fileName}\r\n\r\n${value}\r\n`,
  );

const multipart = fc
  .tuple(
    fc.array(part, { maxLength: 5 }),
    fc.constantFrom(`--${BOUNDARY}--\r\n`, `--${BOUNDARY}--`, '--other--\r\n', ''),
    fc.nat(),
    fc.nat(3),
  )
  .map(([parts, end, place, damage]) => {
    const whole = parts.join('') + end;
    return damage === 0 ? whole.slice(0, place % (whole.length + 1)) : whole;
  });

/** Sends a request over a raw socket, because no client would send it, and returns what the gateway sends back. */
function exchange(url: string, head: string, body: string): Promise<string> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let answer = '';
    const hang = setTimeout(() => {
      socket.destroy();
      reject(new Error(`needed an answer, got ${JSON.stringify(answer)}`));
    }, HANG_MS);
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => {
      clearTimeout(hang);
      resolve(answer);
    });
    socket.write(`${head}\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
}

test(
  'every multipart request gets an HTTP response, and leaves nothing behind',
  async () => {
    const log = createLog();
    await using harness = await startHarness({ log: log.sink });
    await registerAcme(harness);
    const files = openFiles();
    const type = fc.constantFrom(
      `multipart/form-data; boundary=${BOUNDARY}`,
      'multipart/form-data',
      `multipart/form-data; boundary="${BOUNDARY}"`,
      `multipart/mixed; boundary=${BOUNDARY}`,
    );
    const statuses = new Set<number>();
    await holds(
      fc.asyncProperty(multipart, type, async (body, contentType) => {
        const head = [
          'POST /graphql HTTP/1.1',
          'Host: 127.0.0.1',
          'Connection: close',
          'Apollo-Require-Preflight: true',
          `Content-Type: ${contentType}`,
        ].join('\r\n');
        const answer = await exchange(harness.url, head, body);
        const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);
        statuses.add(status);
        expect(status, JSON.stringify({ body, answer })).toBeGreaterThanOrEqual(200);
        expectSound(status, bodyOf(answer));
      }),
      2,
    );
    expect(statuses.size).toBeGreaterThan(1);
    log.expectSound();
    await expectNothingLeft(harness, files);
  },
  FUZZ_TIMEOUT_MS,
);

function bodyOf(answer: string): string {
  const [head = '', ...rest] = answer.split('\r\n\r\n');
  const body = rest.join('\r\n\r\n');
  if (!/transfer-encoding: chunked/i.test(head)) return body;
  return body.replace(/^[0-9a-f]+\r\n|\r\n0\r\n(\r\n)?$|\r\n[0-9a-f]+\r\n/gi, '').trim();
}
