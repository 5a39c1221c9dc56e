import { readFileSync } from 'node:fs';
import { InMemoryCache } from '@apollo/client';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { documentNode, possibleTypes, typePolicies } from '../../client/src/apollo.js';
import * as all from '../../client/src/index.js';
import { makeApiKey } from '../../src/auth/api-keys.js';
import { SCOPES } from '../../src/auth/scopes.js';
import { startEmulator } from '../../src/emulator/emulator.js';
import { DEFAULT_EMULATOR_SETTINGS } from '../../src/emulator/settings.js';
import { createTrustedDocuments } from '../../src/server/operations/trusted-documents.js';
import { chromiumPath, launchChromium } from '../browser/chromium.js';
import { startGatewayProgram, startProgram, urlIn } from '../start/program.js';
import { registerAcme } from '../support/acme.js';
import { startHarness } from '../support/harness.js';
import { accounts } from '../writes/files/support.js';
import { answer, cutAfter, events, refusal, silence, startFront } from './front.js';
import { type EmptyProject, servePage, startEmptyProject } from './packed.js';

/* The client as its users have it: packed, and installed in an empty project; in Node and in Chromium. */

/** Inside of a page. */
interface Window {
  readonly client: typeof all;
  told?: string[];
}

const README = readFileSync(new URL('../../client/README.md', import.meta.url), 'utf8');
const EXAMPLES = [...README.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text = '']) => text);

let project: EmptyProject;
beforeAll(async () => {
  project = await startEmptyProject();
}, 120_000);
afterAll(() => project[Symbol.asyncDispose]());

describe('the packed client', { timeout: 120_000 }, () => {
  test('has compiled code, types, its README and licence, and nothing else', () => {
    expect(project.packed).toEqual(
      expect.arrayContaining(['package.json', 'README.md', 'LICENSE', 'dist/index.js']),
    );
    const others = project.packed.filter((name) => !/^dist\/(generated\/)?[a-z-]+\.(js|d\.ts)$/.test(name));
    expect(others.sort()).toEqual(['LICENSE', 'README.md', 'package.json']);
    expect(README).toContain(`npm install ./${project.tarball}\n`);
  });

  test.each([
    ['Node', { module: 'nodenext' }],
    ['bundlers', { module: 'esnext', moduleResolution: 'bundler' }],
  ])('has types that need nothing else, for %s', async (_what, options) => {
    const [upload = '', , credentials = '', errors = ''] = EXAMPLES;
    const wrong = `import { createClient, DealDocument } from 'gong-crm-graphql-client';
      const client = createClient({ url: '' });
      // @ts-expect-error: there is no such variable.
      client.execute(DealDocument, { identifier: '1' });
      // @ts-expect-error: no deal has such an amount.
      client.uploadDeals([{ objectId: '1', modifiedDate: '', amount: '7' }]);
      const { deal } = await client.execute(DealDocument, { id: '1' });
      export const name: string | null = deal.name;
      // @ts-expect-error: only the entries are public.
      import 'gong-crm-graphql-client/dist/errors.js';
    `;
    await project.compile(options, {
      'a.ts': upload,
      'b.ts': credentials,
      'c.ts': errors,
      'wrong.ts': wrong,
    });
  });

  test('does in Node what its README shows', async () => {
    await using gateway = await startHarness();
    await using demo = startProgram('examples/demo.js', { GATEWAY_URL: gateway.url });
    expect(await demo.ended).toEqual({ code: 0, signal: null });
    await project.link('@types/node', 'undici-types', '@apollo/client', 'rxjs', 'graphql');
    expect(EXAMPLES).toHaveLength(5);
    const files = EXAMPLES.map((text, index) => {
      const here = text.replaceAll('http://127.0.0.1:4000', gateway.url);
      return [`example${index}.ts`, here] as const;
    });
    // Apollo Client's declarations are not ours to check.
    const options = { module: 'nodenext', types: ['node'], lib: ['ES2023', 'DOM'], skipLibCheck: true };
    await project.compile(options, Object.fromEntries(files));
    const [upload = '', file = '', , errors = '', apollo = ''] = await Promise.all(
      files.map(([name]) => project.node(name.replace('.ts', '.js'))),
    );
    expect(upload).toMatch(/^DONE \[\]$/m);
    expect(upload).toContain("objectId: 'd1'");
    expect(file).toMatch(/^ACCEPTED \d+ 7$/m);
    expect(file).toMatch(/DONE$/m);
    expect(errors).toContain('BAD_USER_INPUT [');
    expect(apollo).toBe('');
  });

  test('has only operations that TRUSTED_DOCUMENTS admits', () => {
    const texts = JSON.parse(readFileSync(new URL('../../schema/trusted.json', import.meta.url), 'utf8'));
    const trusted = createTrustedDocuments(texts);
    const documents = Object.entries(all).filter(([name]) => name.endsWith('Document'));
    expect(documents).toHaveLength(Object.keys(texts).length);
    expect(documents.filter(([, document]) => !trusted.has(String(document)))).toEqual([]);
  });

  test('keeps each CRM object once in Apollo Client’s cache, also behind an interface', () => {
    const cache = new InMemoryCache({ possibleTypes, typePolicies });
    const query = documentNode(all.DealsWithAccountsDocument);
    expect(documentNode(all.DealsWithAccountsDocument)).toBe(query);
    const typed = { __typename: 'Account', id: 'a1', objectId: 'a1', name: 'Acme', domains: [] } as const;
    const one = {
      __typename: 'Deal',
      name: 'd',
      status: 'OPEN',
      stage: 's',
      amount: 1,
      closeDate: null,
      account: typed,
    };
    const data = {
      deals: [
        { ...one, id: 'd1', objectId: 'd1' },
        { ...one, id: 'd2', objectId: 'd2' },
      ],
    };
    cache.writeQuery({ query, variables: { ids: ['d1', 'd2'] }, data: data as never });
    const keys = Object.keys(cache.extract());
    expect(keys.filter((key) => key !== 'ROOT_QUERY' && key !== '__META').sort()).toEqual([
      'Account:{"objectId":"a1"}',
      'Deal:{"objectId":"d1"}',
      'Deal:{"objectId":"d2"}',
    ]);
    const found = cache.readQuery({ query, variables: { ids: ['d1', 'd2'] } });
    expect(found).toMatchObject(data);
  });
});

const skip = chromiumPath === undefined && process.env.CI !== 'true';
const why = skip ? ' (skipped: no Chromium in CHROMIUM_PATH or on the PATH)' : '';

describe.skipIf(skip)(`the packed client in Chromium${why}`, { timeout: 90_000 }, () => {
  let site: Awaited<ReturnType<typeof servePage>>;
  let browser: Awaited<ReturnType<typeof launchChromium>>;
  let page: Page;
  beforeAll(async () => {
    site = await servePage(project);
    browser = await launchChromium();
    page = await browser.newPage();
    await page.goto(site.url);
    await page.waitForFunction('window.client');
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await site?.[Symbol.asyncDispose]();
  });

  test('follows an upload across a gateway that is killed and started again', async () => {
    const settings = { ...DEFAULT_EMULATOR_SETTINGS, callsPerSecond: 0, callsPerDay: 0, processingMs: 4_000 };
    await using gong = await startEmulator(settings);
    const variables = { CORS_ORIGINS: site.url };
    await using before = startGatewayProgram(gong.url, variables);
    const url = urlIn(await before.plainLine, '/graphql');
    const followed = page.evaluate(async (address) => {
      const window = globalThis as unknown as Window;
      const { createClient, RegisterIntegrationDocument } = window.client;
      const told: string[] = [];
      window.told = told;
      const client = createClient({ url: address });
      await client.execute(RegisterIntegrationDocument, { input: { name: 'Acme', ownerEmail: 'a@b.com' } });
      const modifiedDate = '2024-03-01T12:00:00Z';
      const { clientRequestId } = await client.uploadAccounts([
        { objectId: 'a1', modifiedDate, domains: [] },
      ]);
      for await (const { status } of client.follow(clientRequestId)) told.push(status);
      return told;
    }, url);
    await page.waitForFunction('window.told?.length > 0');
    before.kill('SIGKILL');
    await before.ended;
    await using after = startGatewayProgram(gong.url, { ...variables, PORT: new URL(url).port });
    await after.plainLine;
    const told = await followed;
    expect(told.at(-1)).toBe('DONE');
    expect(told.length).toBeGreaterThan(1);
    expect(new Set(told).size).toBe(told.length);
  });

  test('renews its token, tries again, names what is not the gateway’s answer, and can be aborted', async () => {
    const key = makeApiKey('page', [...SCOPES]);
    await using gateway = await startHarness({
      gateway: { auth: { mode: 'api-key', keys: [key.kept] }, corsOrigins: [site.url] },
    });
    await registerAcme(gateway.as({ authorization: `Bearer ${key.key}` }));
    await using front = await startFront(gateway.url);
    const ask = (token: string) =>
      page.evaluate(
        async ([url = '', fresh = '']) => {
          const { client: page } = globalThis as unknown as Window;
          const tokens = ['old', fresh];
          const token = () => tokens.shift() ?? '';
          const client = page.createClient({ url, token, attempts: 3, maxWaitMs: 1_500 });
          try {
            const { integrations } = await client.execute(page.IntegrationsDocument, {});
            return `${integrations.length} integration, ${tokens.length} tokens left`;
          } catch (error) {
            const { code, httpStatus } = error as InstanceType<typeof page.GatewayError>;
            return `${code} ${httpStatus} ${error instanceof page.GatewayError}`;
          }
        },
        [front.url, token],
      );
    expect(await ask(key.key)).toBe('1 integration, 0 tokens left');
    expect(await ask('wrong')).toBe('UNAUTHENTICATED 401 true');
    front.faults.push(answer(503, '<html>'), refusal(429, 'RATE_LIMITED', { retryAfterSeconds: 1 }));
    expect(await ask(key.key)).toBe('1 integration, 0 tokens left');
    front.faults.push(answer(200, '<html>Sign in</html>'));
    expect(await ask(key.key)).toBe('INVALID_ANSWER 200 true');
    front.faults.push(answer(302, '', { location: site.url }));
    expect(await ask(key.key)).toBe('INVALID_ANSWER 0 true');
    front.faults.push(silence);
    const aborted = await page.evaluate(async (url) => {
      const { createClient, IntegrationsDocument } = (globalThis as unknown as Window).client;
      const signal = AbortSignal.timeout(200);
      const error = await createClient({ url })
        .execute(IntegrationsDocument, {}, { signal })
        .catch((reason: unknown) => reason);
      return error === signal.reason;
    }, front.url);
    expect(aborted).toBe(true);
  });

  test('uploads a file with its progress, and follows it through streams that are cut', async () => {
    await using gateway = await startHarness({ gateway: { corsOrigins: [site.url] } });
    await registerAcme(gateway);
    await using front = await startFront(gateway.url);
    const content = accounts(5_000);
    const { phases, received, requests } = await page.evaluate(
      async ([url = '', text = '']) => {
        const { createClient } = (globalThis as unknown as Window).client;
        const phases: string[] = [];
        let received = 0;
        const result = await createClient({ url }).uploadFile(new Blob([text]), {
          objectType: 'ACCOUNT',
          onProgress({ phase, bytesReceived }) {
            phases.push(phase);
            received = bytesReceived;
          },
        });
        return { phases, received, requests: result.__typename === 'UploadAccepted' ? result.requests : [] };
      },
      [front.url, content],
    );
    expect(phases.at(-1)).toBe('ACCEPTED');
    expect(received).toBe(content.length);
    front.faults.push(events('event: next\ndata: {"da'), cutAfter(30, gateway.url), answer(502, ''));
    const last = await page.evaluate(
      async ([url = '', id = '']) => {
        const { createClient } = (globalThis as unknown as Window).client;
        let last = '';
        for await (const { status, totalSuccessCount } of createClient({ url }).follow(id))
          last = `${status} ${totalSuccessCount}`;
        return last;
      },
      [front.url, requests[0]?.clientRequestId ?? ''],
    );
    expect(last).toBe('DONE 5000');
    expect(front.faults).toEqual([]);
  });
});
