import { createHash } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { parse } from 'graphql';
import { describe, expect, test } from 'vitest';
import { IntegrationsDocument } from '../../../client/src/generated/graphql.js';
import texts from '../../../schema/trusted.json' with { type: 'json' };
import { readConfig } from '../../../src/config.js';
import { readTrustedDocuments } from '../../../src/server/operations/trusted-documents.js';
import { events, nexts, openGreeted } from '../../clients/clients.js';
import { type Harness, startHarness } from '../../support/harness.js';

const trusted = readTrustedDocuments(fileURLToPath(new URL('../../../schema/trusted.json', import.meta.url)));
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const [ID = '', TEXT = ''] =
  Object.entries(texts).find(([, text]) => text.startsWith('query Integrations ')) ?? [];
const OTHER = '{ integrations { name } }';
const persisted = (hash: string) => ({ persistedQuery: { version: 1, sha256Hash: hash } });

async function post(harness: Harness, body: object) {
  const response = await fetch(`${harness.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const { data, errors } = (await response.json()) as {
    data?: object;
    errors?: { extensions: { code: string } }[];
  };
  return { status: response.status, data, code: errors?.[0]?.extensions.code };
}

test('the list holds every operation of schema/operations under the hash of its text', () => {
  expect(Object.keys(texts).length).toBeGreaterThanOrEqual(20);
  for (const [id, text] of Object.entries(texts)) {
    expect(sha256(text)).toBe(id);
    expect(parse(text).definitions[0]?.kind).toBe('OperationDefinition');
  }
});

describe('trusted documents', () => {
  const enforce = { gateway: { trusted: { trusted, mode: 'enforce' as const } } };

  test('run by their ID or by their text, however it is spaced, and nothing else does', async () => {
    await using harness = await startHarness(enforce);
    for (const body of [
      { documentId: ID },
      { documentId: `sha256:${ID}` },
      { extensions: persisted(ID) },
      { query: TEXT },
      { query: IntegrationsDocument.toString() },
      { query: TEXT.replaceAll('\n', ' , \r\n # spaced\n') },
    ])
      expect(await post(harness, body), JSON.stringify(body)).toMatchObject({
        status: 200,
        data: { integrations: [] },
      });
    const calls = harness.calls.length;
    for (const body of [
      { query: OTHER },
      { query: OTHER, documentId: ID },
      { query: OTHER, extensions: persisted(sha256(OTHER)) },
      { query: `${TEXT} query Another { integrations { id } }`, operationName: 'Another' },
      { query: '{ __typename }' },
      { query: '{ not GraphQL' },
    ])
      expect(await post(harness, body), JSON.stringify(body)).toMatchObject({
        status: 403,
        code: 'FORBIDDEN',
      });
    expect(await post(harness, { documentId: 'nothing' })).toMatchObject({
      code: 'PERSISTED_QUERY_NOT_FOUND',
    });
    expect(await post(harness, { documentId: '__proto__' })).toMatchObject({
      code: 'PERSISTED_QUERY_NOT_FOUND',
    });
    const search = new URLSearchParams({ query: OTHER });
    expect((await fetch(`${harness.url}/graphql?${search}`)).status).toBe(403);
    for (const trick of [
      `query=${encodeURIComponent(TEXT)}&${search}`,
      `${search}&query=${encodeURIComponent(TEXT)}`,
    ])
      expect((await fetch(`${harness.url}/graphql?${trick}`)).status).toBe(400);
    expect(harness.calls).toHaveLength(calls);
  });

  test('are enforced on WebSocket and SSE alike', async () => {
    await using harness = await startHarness(enforce);
    await using bare = await openGreeted(harness.url);
    bare.send({ type: 'subscribe', id: '1', payload: { query: OTHER } });
    expect(await bare.message()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'FORBIDDEN' } }],
    });
    bare.send({ type: 'subscribe', id: '2', payload: { query: TEXT } });
    expect(await bare.message()).toMatchObject({ type: 'next', payload: { data: { integrations: [] } } });
    expect(nexts(await events(harness.url, { query: OTHER }))).toMatchObject([
      { errors: [{ extensions: { code: 'FORBIDDEN' } }] },
    ]);
    expect(nexts(await events(harness.url, { documentId: ID }))).toEqual([{ data: { integrations: [] } }]);
  });

  test('audit runs the others, and logs each once', async () => {
    const lines: string[] = [];
    const gateway = { trusted: { trusted, mode: 'audit' as const } };
    await using harness = await startHarness({ gateway, log: { write: (line: string) => lines.push(line) } });
    for (let times = 0; times < 3; times += 1)
      expect(await post(harness, { query: OTHER })).toMatchObject({ status: 200 });
    await post(harness, { documentId: ID });
    const audited = lines.filter((line) => line.includes('is not a trusted document'));
    expect(audited).toHaveLength(1);
    expect(audited[0]).toContain(sha256(OTHER));
  });

  test('a mode without a file is refused at the start', () => {
    expect(() => readConfig({ TRUSTED_DOCUMENTS_MODE: 'enforce' })).toThrow('TRUSTED_DOCUMENTS: needed');
    expect(() =>
      readTrustedDocuments(fileURLToPath(new URL('../../../package.json', import.meta.url))),
    ).toThrow();
  });
});

describe('automatic persisted queries', () => {
  test('are known by their hash once they were sent with their text', async () => {
    await using harness = await startHarness();
    const extensions = persisted(sha256(OTHER));
    expect(await post(harness, { extensions })).toMatchObject({
      status: 200,
      code: 'PERSISTED_QUERY_NOT_FOUND',
    });
    expect(await post(harness, { query: OTHER, extensions })).toMatchObject({
      status: 200,
      data: { integrations: [] },
    });
    expect(await post(harness, { extensions })).toMatchObject({ data: { integrations: [] } });
    const search = new URLSearchParams({ extensions: JSON.stringify(extensions) });
    expect(await (await fetch(`${harness.url}/graphql?${search}`)).json()).toEqual({
      data: { integrations: [] },
    });
    expect(nexts(await events(harness.url, { extensions }))).toEqual([{ data: { integrations: [] } }]);
  });

  test('cannot be filed under another text’s hash, or a malformed one', async () => {
    await using harness = await startHarness();
    for (const extensions of [
      persisted(sha256('x')),
      persisted('x'),
      persisted('__proto__'),
      { persistedQuery: 7 },
    ])
      expect(await post(harness, { query: OTHER, extensions })).toMatchObject({
        status: 400,
        code: 'BAD_REQUEST',
      });
  });

  test('are kept up to a number: the one used longest ago is forgotten', async () => {
    await using harness = await startHarness();
    const nth = (index: number) => `{ __typename } # ${index}`;
    for (let index = 0; index <= 1_000; index += 1) {
      await post(harness, { query: nth(index), extensions: persisted(sha256(nth(index))) });
    }
    expect(await post(harness, { extensions: persisted(sha256(nth(0))) })).toMatchObject({
      code: 'PERSISTED_QUERY_NOT_FOUND',
    });
    expect(await post(harness, { extensions: persisted(sha256(nth(1_000))) })).toMatchObject({ data: {} });
  });
});
