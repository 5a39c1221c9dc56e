import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, expect, test } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'gateway-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const openssl = (...args: string[]) => execFileSync('openssl', args, { stdio: 'pipe' });

/** A certificate for a name and a period, from the test's own authority; `self`: the authority's own. */
function certificate(name: string, subject: string, days: string): { key: Buffer; cert: Buffer } {
  if (days === 'self') return { key: readFileSync(at('ca.key')), cert: readFileSync(at('ca.pem')) };
  openssl(
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    at(`${name}.key`),
    '-out',
    at(`${name}.csr`),
    '-subj',
    `/CN=${subject}`,
  );
  writeFileSync(
    at(`${name}.ext`),
    `subjectAltName=DNS:${subject}${subject === 'localhost' ? ',IP:127.0.0.1' : ''}\n`,
  );
  const signed = [
    'x509',
    '-req',
    '-in',
    at(`${name}.csr`),
    '-CA',
    at('ca.pem'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
  ];
  openssl(...signed, '-out', at(`${name}.pem`), '-days', days, '-extfile', at(`${name}.ext`));
  return { key: readFileSync(at(`${name}.key`)), cert: readFileSync(at(`${name}.pem`)) };
}

openssl(
  'req',
  '-x509',
  '-newkey',
  'rsa:2048',
  '-nodes',
  '-keyout',
  at('ca.key'),
  '-out',
  at('ca.pem'),
  '-days',
  '2',
  '-subj',
  '/CN=Nobody',
);

/** A client of Gong in a process that may trust the test's authority: Node reads that only when it starts. */
const PROGRAM = `
  const { createGongClient } = await import(process.env.CLIENT);
  const silent = { debug() {}, info() {}, warn() {}, error() {} };
  const client = createGongClient({
    baseUrl: process.env.URL, credentials: { kind: 'bearer', token: 'canary-token' }, dialect: 'current',
    timeoutMs: 5000, uploadTimeoutMs: 5000, maxResponseBytes: 100000, callsPerSecond: 0, callsPerDay: 0,
    pollDayShare: 50, queueMaxMs: 5000, breakerOpenMs: 1000, replicas: 1,
  }, { logger: silent });
  const error = await client.listIntegrations().catch((thrown) => thrown);
  await client.close();
  console.log(JSON.stringify({ code: error.code, why: error.extensions?.reason, text: String(error) }));
`;

async function call(port: number, trusting: boolean): Promise<{ code?: string; why?: string; text: string }> {
  const CLIENT = new URL('../../dist/gong/client.js', import.meta.url).href;
  const ca = trusting ? { NODE_EXTRA_CA_CERTS: at('ca.pem') } : {};
  const env = { ...process.env, ...ca, CLIENT, URL: `https://localhost:${port}` };
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', PROGRAM], {
    env,
  });
  return JSON.parse(stdout);
}

test.each([
  [
    'that is good',
    'localhost',
    '1',
    true,
    'UPSTREAM_INVALID_RESPONSE',
    undefined,
    { requests: 1, connections: 1 },
  ],
  [
    'by an authority nobody knows',
    'localhost',
    '1',
    false,
    'UPSTREAM_UNAVAILABLE',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    { requests: 0, connections: 1 },
  ],
  [
    'that is self-signed',
    'localhost',
    'self',
    false,
    'UPSTREAM_UNAVAILABLE',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    { requests: 0, connections: 1 },
  ],
  [
    'for another name',
    'gong.example.com',
    '1',
    true,
    'UPSTREAM_UNAVAILABLE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    { requests: 0, connections: 1 },
  ],
  [
    'that has expired',
    'localhost',
    '-1',
    true,
    'UPSTREAM_UNAVAILABLE',
    'CERT_HAS_EXPIRED',
    { requests: 0, connections: 1 },
  ],
])(
  'a certificate %s: no byte of HTTP is sent unless it is good, and nothing is tried again',
  async (what, subject, days, trusting, code, why, seen) => {
    let requests = 0;
    let connections = 0;
    const server = createServer(
      certificate(what.replaceAll(' ', '-'), subject, days),
      (_request, response) => {
        requests += 1;
        response.end('{}');
      },
    );
    server.on('connection', () => {
      connections += 1;
    });
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
    const { port } = server.address() as AddressInfo;
    const answer = await call(port, trusting);
    expect(answer).toMatchObject({ code, ...(why === undefined ? {} : { why }) });
    if (why !== undefined) expect(answer.text).toContain(`TLS certificate`);
    expect(answer.text).not.toMatch(/canary|localhost|example\.com/);
    expect({ requests, connections }).toEqual(seen);
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  },
);
