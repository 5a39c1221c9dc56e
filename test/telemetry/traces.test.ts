import { describe, expect, test } from 'vitest';
import { GONG_SCOPES } from '../../src/auth/scopes.js';
import { readBuild } from '../../src/build.js';
import { readConfig } from '../../src/config.js';
import { createOtlpTracer } from '../../src/telemetry/otlp-tracer.js';
import { json, startUpstream } from '../gong/upstream.js';
import { registerAcme } from '../support/acme.js';
import { startHarness } from '../support/harness.js';
import { READER, STRANGER } from '../tenants/passing.js';
import { type CollectedSpan, startCollector } from './collector.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLERS_SPAN = 'b7ad6b7169203331';
const TRACEPARENT = `00-${TRACE}-${CALLERS_SPAN}-01`;
const OBJECTS = 'query Objects { crmObjects(objectType: ACCOUNT, ids: ["a", "b"]) { objectId } }';

async function startTraced(options: Parameters<typeof startHarness>[0] = {}, sampledPart = 1) {
  const collector = await startCollector();
  const log: string[] = [];
  const note = (_fields: object, message: string) => void log.push(message);
  const settings = {
    endpoint: collector.url,
    headers: { 'x-token': 't' },
    serviceName: 'gw',
    sampledPart,
  };
  const tracer = createOtlpTracer(settings, { info: note, warn: note });
  const harness = await startHarness({ ...options, tracer });
  return {
    harness,
    collector,
    log,
    /** Exports all spans and returns those of a trace. */
    async spansOf(traceId: string): Promise<CollectedSpan[]> {
      await tracer.close();
      return collector.spans.filter((span) => span.traceId === traceId);
    },
    async [Symbol.asyncDispose]() {
      await harness[Symbol.asyncDispose]();
      await tracer.close();
      await collector[Symbol.asyncDispose]();
    },
  };
}

const ask = (url: string, query: string, traceparent?: string, more: Record<string, string> = {}) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(traceparent === undefined ? {} : { traceparent }),
      ...more,
    },
    body: JSON.stringify({ query }),
  }).then((response) => response.json());

function named(spans: readonly CollectedSpan[], name: string): CollectedSpan {
  const found = spans.filter((span) => span.name === name);
  expect(found, name).toHaveLength(1);
  const [span] = found;
  if (span === undefined) throw new Error(`needed a span ${name}`);
  return span;
}

const attribute = (span: CollectedSpan, key: string) => span.attributes.find((one) => one.key === key)?.value;

describe('traces', () => {
  test("lead from the caller's span over operation, root field and batch to the call to Gong", async () => {
    await using traced = await startTraced();
    const integrationId = await registerAcme(traced.harness);
    const query = OBJECTS.replace('ACCOUNT,', `ACCOUNT, integrationId: "${integrationId}",`);
    expect(await ask(traced.harness.url, query, TRACEPARENT)).toEqual({ data: { crmObjects: [null, null] } });

    const spans = await traced.spansOf(TRACE);
    const chain = ['query', 'Query.crmObjects', 'batch ACCOUNT', 'gong getObjects'].map((name) =>
      named(spans, name),
    );
    expect(chain.map(({ parentSpanId }) => parentSpanId)).toEqual([
      CALLERS_SPAN,
      ...chain.slice(0, -1).map(({ spanId }) => spanId),
    ]);
    expect(spans).toHaveLength(chain.length);
    const [operation, , batch, call] = chain;
    if (operation === undefined || batch === undefined || call === undefined) throw new Error('needed spans');
    expect(attribute(operation, 'graphql.operation.name')).toEqual({ stringValue: 'Objects' });
    expect(attribute(batch, 'batch.objects')).toEqual({ intValue: 2 });
    expect(attribute(call, 'http.response.status_code')).toEqual({ intValue: 200 });
    expect(attribute(call, 'gong.request_id')).toEqual({
      stringValue: traced.harness.calls.at(-1)?.requestId,
    });
    expect(traced.collector.requests[0]).toMatchObject({ url: '/v1/traces', headers: { 'x-token': 't' } });
  });

  test('belong to a resource with the service, its version and what OTEL_RESOURCE_ATTRIBUTES adds', async () => {
    await using collector = await startCollector();
    const resourceOf = async (environment: Record<string, string>) => {
      const { tracing } = readConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, ...environment });
      if (tracing === null) throw new Error('needed traces');
      const tracer = createOtlpTracer(tracing, { info: () => undefined, warn: () => undefined });
      tracer.begin('span').end();
      await tracer.close();
      return Object.fromEntries(
        collector.resources.at(-1)?.map(({ key, value }) => [key, value.stringValue]) ?? [],
      );
    };
    const { version } = readBuild();
    expect(await resourceOf({})).toEqual({ 'service.name': 'gong-crm-graphql', 'service.version': version });
    const attributes = 'service.name=crm,service.version=7, team = a%2Cb ,';
    expect(await resourceOf({ OTEL_RESOURCE_ATTRIBUTES: attributes })).toEqual({
      'service.name': 'crm',
      'service.version': '7',
      team: 'a,b',
    });
    expect(await resourceOf({ OTEL_RESOURCE_ATTRIBUTES: attributes, OTEL_SERVICE_NAME: 'gw' })).toMatchObject(
      {
        'service.name': 'gw',
      },
    );
  });

  test.each(['team', 'team=a=b', '=a', 'team=%zz', `team=${'x'.repeat(256)}`])(
    'are refused at start where OTEL_RESOURCE_ATTRIBUTES is malformed: %.20s',
    (attributes) => {
      expect(() => readConfig({ OTEL_RESOURCE_ATTRIBUTES: attributes })).toThrow(
        /OTEL_RESOURCE_ATTRIBUTES: needed attributes such as/,
      );
    },
  );

  test('link a batch to every operation that waits for it, and make it a child of the first', async () => {
    await using traced = await startTraced({ gong: { callsPerSecond: 1 } });
    const traces = ['1', '2'].map((digit) => digit.repeat(32));
    const ofOne = (id: string) =>
      OBJECTS.replace('["a", "b"]', `["${id}"], integrationId: "5517027188234206123"`);
    await ask(traced.harness.url, ofOne('first'));
    // This second's call has been made, so both wait for the same turn.
    await Promise.all(
      traces.map((trace, index) =>
        ask(traced.harness.url, ofOne(`id-${index}`), `00-${trace}-${CALLERS_SPAN}-01`),
      ),
    );
    await traced.spansOf(TRACE);
    const ours = traced.collector.spans.filter(({ traceId }) => traces.includes(traceId));
    const batch = named(ours, 'batch ACCOUNT');
    expect(batch.links?.map(({ traceId }) => traceId).toSorted()).toEqual(traces);
  });

  test('link an upload to every operation whose list is in it', async () => {
    await using traced = await startTraced({ gong: { callsPerSecond: 1 } });
    const traces = ['3', '4'].map((digit) => digit.repeat(32));
    const ofOne = (id: string) =>
      `mutation { uploadAccounts(integrationId: "5517027188234206123", accounts: [{objectId: "${id}", modifiedDate: "2024-03-01T12:00:00Z"}]) { __typename } }`;
    await ask(traced.harness.url, ofOne('first'));
    await Promise.all(
      traces.map((trace, index) =>
        ask(traced.harness.url, ofOne(`id-${index}`), `00-${trace}-${CALLERS_SPAN}-01`),
      ),
    );
    await traced.spansOf(TRACE);
    const ours = traced.collector.spans.filter(({ traceId }) => traces.includes(traceId));
    const upload = named(ours, 'upload ACCOUNT');
    expect(upload.links?.map(({ traceId }) => traceId).toSorted()).toEqual(traces);
    expect(attribute(upload, 'batch.lists')).toEqual({ intValue: 2 });
    expect(named(ours, 'gong uploadObjects').parentSpanId).toBe(upload.spanId);
  });

  describe('that a caller wants to be sampled', () => {
    const emulator = { tokens: new Map([['reader-token-1a2b3c', [...GONG_SCOPES]]]) };
    const reader = { authorization: READER };
    const stranger = { authorization: STRANGER };

    test('are sampled for a caller whom Gong knows, and for a stranger only as often as any others', async () => {
      await using traced = await startTraced({ passthrough: {}, emulator }, 0);
      const { url } = traced.harness;
      await ask(url, '{ integrations { id } }', undefined, reader);
      await ask(url, '{ __typename }', TRACEPARENT, reader);
      await ask(url, '{ integrations { id } }', TRACEPARENT.replace(TRACE, 'a'.repeat(32)), stranger);
      await fetch(`${url}/graphql`, { headers: { accept: 'text/html', traceparent: TRACEPARENT } });
      expect(await traced.spansOf(TRACE)).toHaveLength(1);
      expect(traced.collector.spans).toHaveLength(1);
    });

    test('only link to a stranger’s trace', async () => {
      await using traced = await startTraced({ passthrough: {}, emulator });
      await ask(traced.harness.url, '{ __typename }', TRACEPARENT, stranger);
      expect(await traced.spansOf(TRACE)).toEqual([]);
      const [span] = traced.collector.spans;
      expect(span?.links).toMatchObject([{ traceId: TRACE, spanId: CALLERS_SPAN }]);
    });
  });

  test("end at the gateway: Gong does not get a caller's trace ids", async () => {
    await using upstream = await startUpstream((_call, response) =>
      json(response, 200, { integrations: [] }),
    );
    await using traced = await startTraced({ gong: { baseUrl: upstream.url } });
    await ask(traced.harness.url, '{ integrations { id } }', TRACEPARENT);
    expect(upstream.calls).toHaveLength(1);
    const headers = JSON.stringify(upstream.calls[0]?.headers);
    expect(headers).not.toContain('traceparent');
    expect(headers).not.toContain(TRACE);
    expect(await traced.spansOf(TRACE)).toHaveLength(3);
  });

  test.each([
    `ff-${TRACE}-${CALLERS_SPAN}-01`,
    `00-${TRACE}-${CALLERS_SPAN}-01-more`,
    `00-${'0'.repeat(32)}-${CALLERS_SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${CALLERS_SPAN}-01`,
    `00-${TRACE}-${CALLERS_SPAN}`,
    'x'.repeat(5_000),
  ])('start anew where a traceparent is malformed: %.40s', async (traceparent) => {
    await using traced = await startTraced();
    expect(await ask(traced.harness.url, '{ __typename }', traceparent)).toEqual({
      data: { __typename: 'Query' },
    });
    await traced.spansOf(TRACE);
    const operation = named(traced.collector.spans, 'query');
    expect(operation.parentSpanId ?? '').toBe('');
  });

  test('that cannot be exported are logged once and do not affect the caller', async () => {
    const log: string[] = [];
    const note = (_fields: object, message: string) => void log.push(message);
    const settings = { endpoint: 'http://127.0.0.1:9', headers: {}, serviceName: 'gw', sampledPart: 1 };
    const tracer = createOtlpTracer(settings, { info: note, warn: note });
    await using harness = await startHarness({ tracer });
    expect(await ask(harness.url, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
    await tracer.close();
    expect(log).toEqual(['traces cannot be sent']);
  });
});
