import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import type { AuthSettings } from '../../src/auth/authenticator.js';

/** An identity provider: a key set at a URL, and tokens signed with its keys. */
export interface Issuer extends AsyncDisposable {
  readonly settings: Extract<AuthSettings, { mode: 'jwt' }>;
  /** How often the keys were fetched. */
  readonly fetches: () => number;
  readonly key: () => CryptoKey;
  /** Replaces the key by a new one. */
  rotate(): Promise<void>;
  /** Whether to answer 503 instead of the keys. */
  isAway: boolean;
  token(claims?: Record<string, unknown>, key?: CryptoKey): Promise<string>;
}

const KID = { next: 0 };

export async function startIssuer(): Promise<Issuer> {
  let published: JWK[] = [];
  let kid = '';
  let key: CryptoKey;
  let fetches = 0;
  const server = createServer((_request, response) => {
    fetches += 1;
    if (issuer.isAway) response.writeHead(503).end();
    else response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: published }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  async function rotate(): Promise<void> {
    const pair = await generateKeyPair('ES256', { extractable: true });
    kid = `key-${KID.next++}`;
    key = pair.privateKey;
    published = [{ ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256', use: 'sig' }];
  }
  await rotate();

  const issuer: Issuer = {
    isAway: false,
    settings: {
      mode: 'jwt',
      issuer: 'https://login.example.com/',
      audience: 'gong-gateway',
      jwksUrl: `http://127.0.0.1:${port}/jwks`,
      algorithms: ['RS256', 'ES256'],
      leewaySeconds: 0,
      jwksCooldownMs: 0,
      jwksStaleMs: 3_600_000,
    },
    fetches: () => fetches,
    key: () => key,
    rotate,
    token(claims = {}, signer = key) {
      const all = {
        iss: 'https://login.example.com/',
        aud: 'gong-gateway',
        sub: 'jane',
        exp: Math.floor(Date.now() / 1_000) + 600,
        ...claims,
      };
      return new SignJWT(all).setProtectedHeader({ alg: 'ES256', kid }).sign(signer);
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return issuer;
}
