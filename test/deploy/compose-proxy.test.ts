import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { openGreeted } from '../clients/clients.js';
import { registerAcme } from '../support/acme.js';
import { type Harness, startHarness } from '../support/harness.js';
import { freePort } from '../support/redis.js';

/* compose.yaml's proxy: its configuration in a real nginx, before a real gateway. */

const { services, configs } = parse(readFileSync(new URL('../../compose.yaml', import.meta.url), 'utf8'));

/** Why it cannot run here; in CI it must. */
function nginxMissing(): string | undefined {
  if (spawnSync('nginx', ['-v']).status === 0) return undefined;
  if (process.env.CI !== undefined) throw new Error('CI needs nginx on its PATH, so that no test is skipped');
  return 'there is no nginx on the PATH';
}
const missing = nginxMissing();

/** The configuration as Docker Compose gives it to nginx, but for the gateway's address and our port. */
function configuration(port: number, gateway: string, folder: string): string {
  const replaced: [string, string][] = [
    ['resolver 127.0.0.11 valid=5s;', ''],
    ['server gateway:4000 resolve;', `server ${gateway};`],
    ['listen 8080;', `listen 127.0.0.1:${port};`],
  ];
  let server: string = configs.nginx.content.replaceAll('$$', '$');
  for (const [from, to] of replaced) {
    expect(server.split(from), from).toHaveLength(2);
    server = server.replace(from, to);
  }
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  const temporary = paths.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n');
  return `daemon off;\npid ${folder}/pid;\nerror_log stderr notice;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${server}\n}`;
}

async function startProxy(gateway: string) {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  await mkdir(join(folder, 'logs'));
  const port = await freePort();
  const file = join(folder, 'nginx.conf');
  await writeFile(file, configuration(port, new URL(gateway).host, folder));
  const child: ChildProcess = spawn('nginx', ['-p', folder, '-c', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const ended = once(child, 'close');
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr?.on('data', (chunk) => {
      said += chunk;
      if (said.includes('start worker process ')) resolve();
    });
    child.once('close', () => reject(new Error(`needed nginx to start: ${said}`)));
  });
  return {
    url: `http://127.0.0.1:${port}`,
    async [Symbol.asyncDispose]() {
      child.kill('SIGQUIT');
      await ended;
      await rm(folder, { recursive: true });
    },
  };
}

describe.skipIf(missing !== undefined)(
  `compose.yaml's proxy${missing === undefined ? '' : ` (skipped: ${missing})`}`,
  () => {
    let harness: Harness;
    let proxy: Awaited<ReturnType<typeof startProxy>>;
    beforeAll(async () => {
      harness = await startHarness();
      await registerAcme(harness);
      proxy = await startProxy(harness.url);
    });
    afterAll(async () => {
      await proxy?.[Symbol.asyncDispose]();
      await harness[Symbol.asyncDispose]();
    });

    /** The path as it is: `fetch` would tidy it up. */
    async function get(path: string, localAddress = '127.0.0.1') {
      const { hostname, port } = new URL(proxy.url);
      const asked = request({ hostname, port, path, localAddress, agent: false }).end();
      const [response] = await once(asked, 'response');
      return { status: response.statusCode, body: await text(response) };
    }

    test('passes operations, event streams, WebSockets and files on', async () => {
      const json = { 'content-type': 'application/json' };
      const query = JSON.stringify({ query: '{ integrations { name } }' });
      const answer = await fetch(`${proxy.url}/graphql`, { method: 'POST', headers: json, body: query });
      expect(await answer.json()).toMatchObject({ data: { integrations: [{ name: expect.any(String) }] } });

      const headers = { ...json, accept: 'text/event-stream' };
      const stream = await fetch(`${proxy.url}/graphql/stream`, { method: 'POST', headers, body: query });
      expect(await stream.text()).toContain('event: next');

      await using socket = await openGreeted(proxy.url);
      socket.send({ type: 'ping' });
      expect(await socket.message()).toEqual({ type: 'pong' });

      for (const path of ['/upload/STAGE?validation=ENFORCE', '/validate/STAGE']) {
        const ndjson = { 'content-type': 'application/x-ndjson' };
        // Larger than nginx takes unless it is told to.
        const body = '{}\n'.repeat(500_000);
        const checked = await fetch(`${proxy.url}${path}`, { method: 'POST', headers: ndjson, body });
        expect(checked.status, path).toBe(422);
      }
    });

    test('asks the gateway for no upgrade but to WebSocket', async () => {
      const server = createServer(({ headers }, response) => void response.end(JSON.stringify(headers)));
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      await using echo = await startProxy(`http://127.0.0.1:${port}`);
      const headers = { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABk' };
      const asked = request(`${echo.url}/graphql`, { method: 'POST', headers, agent: false }).end('{}');
      const [response] = await once(asked, 'response');
      const seen = JSON.parse(await text(response));
      expect([response.statusCode, seen.upgrade]).toEqual([200, undefined]);
      expect(seen.connection ?? '').not.toMatch(/upgrade/i);
      server.close();
    });

    test.each([
      '/',
      '/metrics',
      '/ready',
      '/graphiql',
      '/health/',
      '/graphqlmetrics',
      '/uploads/DEAL',
      '//metrics',
      '/%6detrics',
      '/graphql/../metrics',
      '/graphql/%2e%2e/metrics',
      '/upload/..%2fmetrics',
    ])('keeps what is for those who run the gateway to itself: %s', async (path) => {
      const { status, body } = await get(path);
      expect(status).toBe(404);
      expect(body).not.toContain('gateway_');
      expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'NOT_FOUND' } }] });
    });

    test('answers its own healthcheck as the gateway does, and nobody else', async () => {
      const address = services.proxy.healthcheck.test.at(-1);
      expect(address).toBe('http://127.0.0.1:8080/health');
      expect(await get('/health')).toMatchObject({ status: 200, body: expect.stringContaining('"ok"') });
      expect(await get('/health', '127.0.0.2')).toMatchObject({ status: 403 });
    });
  },
);
