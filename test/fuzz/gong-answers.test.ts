import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGongClient } from '../../src/gong/client.js';
import { createLogger } from '../../src/log.js';
import { createSecrets } from '../../src/secrets.js';
import { json, startUpstream } from '../gong/upstream.js';
import { startHarness } from '../support/harness.js';
import { CANARY, createLog, expectSound, FUZZ_TIMEOUT_MS, holds } from './settings.js';

const ID = '5517027188234206123';

/** Responses that Gong could send, and pieces of them in the wrong place. */
const GOOD: readonly unknown[] = [
  { requestId: 'r', integrations: [{ integrationId: 7, name: 'A', ownerEmail: 'a@b.c' }] },
  { requestId: 'r', integrationId: 5 },
  { requestId: 'r', clientRequestId: 'x' },
  { requestId: 'r', crmObjectsMap: { a1: { objectId: 'a1', name: 'A', domains: ['a.com'] }, a2: null } },
  {
    requestId: 'r',
    objectTypeToSelectedFields: {
      DEAL: [{ uniqueName: 'f', label: 'F', type: 'REFERENCE', referenceTo: 'DEAL' }],
    },
  },
  {
    requestId: 'r',
    status: 'DONE',
    errors: [{ line: 1, description: 'x' }],
    totalErrorCount: 1,
    totalSuccessCount: 0,
  },
  { requestId: 'r', errors: [`Basic ${CANARY}`, '<b>no</b>', '\u0000'] },
];

const value = fc.oneof(
  fc.constantFrom(...GOOD),
  fc.jsonValue(),
  fc.constantFrom(null, [], {}, { __proto__: null, crmObjectsMap: [] }),
);

/** A valid response with one value replaced. */
const changed = fc
  .tuple(fc.constantFrom(...GOOD), fc.nat(), fc.jsonValue())
  .map(([answer, place, instead]) => {
    const texts = JSON.stringify(answer).split(/(?<=[:[,])/);
    const at = place % texts.length;
    const damaged = texts.map((part, index) =>
      index === at ? part.replace(/^("[^"]*"|\d+|null)/, JSON.stringify(instead)) : part,
    );
    return damaged.join('');
  });

const body = fc.oneof(
  value.map((one) => JSON.stringify(one)),
  changed,
  fc.string({ maxLength: 100 }),
  fc.constantFrom(
    '',
    '{',
    '<html>no</html>',
    `${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    `{"crmObjectsMap":{"a1":${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}}}`,
  ),
);
const status = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(200, 201) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(202, 204, 301, 400, 401, 403, 404, 405, 409, 413, 415, 418, 429, 500, 503),
  },
);
const headers = fc.constantFrom<Record<string, string>>(
  {},
  { 'retry-after': '0' },
  { 'content-encoding': 'gzip' },
  { 'x-traceid': CANARY },
  { location: 'http://169.254.169.254/' },
);

const OPERATIONS: readonly string[] = [
  `{ crmObjects(objectType: ACCOUNT, ids: ["a1", "a2", "__proto__"], integrationId: "${ID}") { objectId fields ... on Account { name domains } } }`,
  `{ deal(id: "a1", integrationId: "${ID}") { name amount closeDate stage account { name } reference(field: "f") { objectId } } }`,
  `{ integrations { id name } schemaFields(integrationId: "${ID}") { fields { uniqueName type } } requestStatus(clientRequestId: "x", integrationId: "${ID}") { status errors { line description } } }`,
  `mutation { registerIntegration(input: {name: "A", ownerEmail: "a@b.c"}) { id } deleteIntegration(integrationId: "${ID}") { clientRequestId } }`,
  `mutation { pushSchema(input: {objectType: DEAL, integrationId: "${ID}", fields: [{uniqueName: "g", label: "G", type: STRING}]}) { pushed } }`,
  `mutation { uploadAccounts(integrationId: "${ID}", accounts: [{objectId: "a1", modifiedDate: "2024-03-01T12:00:00Z", name: "A", domains: [], customFields: {f: 1}}]) { __typename } }`,
];

test(
  'whatever Gong answers, callers get data or a documented error, and no secret',
  async () => {
    let next: readonly [number, string, Record<string, string>] = [200, '{}', {}];
    await using upstream = await startUpstream((_call, response) => {
      json(response, next[0], next[1], next[2]);
    });
    const log = createLog();
    await using harness = await startHarness({
      log: log.sink,
      secrets: createSecrets([CANARY]),
      gong: {
        baseUrl: upstream.url,
        credentials: { kind: 'basic', accessKey: 'key-of-the-gateway', accessKeySecret: CANARY },
        breakerOpenMs: 1,
        queueMaxMs: 1_000,
        timeoutMs: 2_000,
      },
    });
    const codes = new Set<unknown>();
    await holds(
      fc.asyncProperty(
        status,
        body,
        headers,
        fc.constantFrom(...OPERATIONS),
        async (code, text, more, query) => {
          next = [code, text, more];
          const answer = await harness.query(query);
          expectSound(answer.httpStatus, JSON.stringify(answer));
          for (const { extensions } of answer.errors) codes.add(extensions.code);
        },
      ),
      2,
    );
    expect(codes.size).toBeGreaterThan(3);
    log.expectSound();
  },
  FUZZ_TIMEOUT_MS,
);

test(
  'whatever happens when a token is renewed, it is in no log and no error',
  async () => {
    let next: readonly [number, string] = [200, '{}'];
    const tokens = createServer((request, response) => {
      request.resume().on('end', () => json(response, next[0], next[1]));
    });
    await new Promise<void>((resolve) => tokens.listen(0, '127.0.0.1', resolve));
    await using upstream = await startUpstream((call, response) =>
      json(response, call.headers.authorization === 'Bearer good' ? 200 : 401, {
        requestId: 'r',
        integrations: [],
      }),
    );
    const log = createLog();
    const secrets = createSecrets([CANARY]);
    const logger = createLogger({ level: 'trace', pretty: false, secrets }, log.sink);
    const { port } = tokens.address() as AddressInfo;
    const token = fc.oneof(
      fc
        .record(
          {
            access_token: fc.constantFrom<unknown>('good', `${CANARY}-access`, '', 5, null, 'a\r\nb'),
            refresh_token: fc.constantFrom<unknown>(`${CANARY}-refresh`, '', {}, null),
            expires_in: fc.constantFrom<unknown>(86_400, -1, 0, '60', 1e308, null),
            api_base_url_for_customer: fc.constantFrom<unknown>(
              'http://169.254.169.254',
              'https://evil.example.com@x',
              5,
              null,
            ),
          },
          { requiredKeys: [] },
        )
        .map((one) => JSON.stringify(one)),
      fc.string({ maxLength: 50 }),
      fc.constantFrom('', 'null', `{"error":"${CANARY}"}`),
    );
    try {
      await holds(
        fc.asyncProperty(fc.constantFrom(200, 200, 400, 401, 500, 302), token, async (code, text) => {
          next = [code, text];
          const client = createGongClient(
            {
              baseUrl: upstream.url,
              credentials: {
                ...{ kind: 'oauth', clientId: 'app', clientSecret: CANARY, refreshToken: `${CANARY}-0` },
                tokenUrl: `http://127.0.0.1:${port}/token`,
              },
              ...{ dialect: 'current', timeoutMs: 2_000, uploadTimeoutMs: 2_000, maxResponseBytes: 100_000 },
              ...{
                callsPerSecond: 0,
                callsPerDay: 0,
                pollDayShare: 50,
                ...{ callerDayShare: 90, queueMaxPerCaller: 100, probeAfterMs: 60_000 },
                breakerOpenMs: 1,
                replicas: 1,
                queueMaxMs: 1_000,
              },
            } as const,
            { logger, onSecrets: (more) => void secrets.add(more) },
          );
          const outcome = await client.listIntegrations().then(
            () => 'listed',
            (error: Error & { code?: string }) => `${error.code} ${error.message}`,
          );
          await client.close();
          expect(outcome).not.toContain(CANARY);
          expect(outcome).toMatch(/^(listed|UPSTREAM_[A-Z_]+ |RATE_LIMITED )/);
        }),
      );
    } finally {
      tokens.closeAllConnections();
      await new Promise((resolve) => tokens.close(resolve));
    }
    log.expectSound();
  },
  FUZZ_TIMEOUT_MS,
);
