import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface FoundGateway extends AsyncDisposable {
  /** The address, without a path. */
  readonly url: string;
  /** Whether it was started here, and is stopped here. */
  readonly isOwn: boolean;
}

/** Settings that select the upstream. The demo's own gateway ignores them, and always uses the emulator. */
const UPSTREAM_VARIABLES = /^(NODE_ENV|GONG_(BASE_URL|CREDENTIALS|(ACCESS_KEY|BEARER_TOKEN|OAUTH_).*))$/;

const HEALTH_TIMEOUT_MS = 2_000;
const START_TIMEOUT_MS = 30_000;

/** Returns the gateway at `url` if one is running there, else starts one with its emulator on a free port. */
export async function findOrStartGateway(url: string): Promise<FoundGateway> {
  switch (await upstreamOf(url)) {
    case 'nobody':
      return startGateway();
    case 'emulator':
      return { url, isOwn: false, async [Symbol.asyncDispose]() {} };
    case 'gong':
      throw new Error(
        `the gateway at ${url} uses a real Gong, into which sample data must not be loaded: stop it, or set GATEWAY_URL to another gateway`,
      );
  }
}

async function upstreamOf(url: string): Promise<'nobody' | 'emulator' | 'gong'> {
  try {
    const response = await fetch(`${url}/health`, { signal: AbortSignal.timeout(HEALTH_TIMEOUT_MS) });
    if (!response.ok) return 'nobody';
    const { upstream } = (await response.json()) as { upstream?: unknown };
    return upstream === 'emulator' ? 'emulator' : 'gong';
  } catch {
    return 'nobody';
  }
}

async function startGateway(): Promise<FoundGateway> {
  const env = { ...process.env, PORT: '0', HOST: '127.0.0.1', LOG_LEVEL: 'warn' };
  for (const name of Object.keys(env)) if (UPSTREAM_VARIABLES.test(name)) Reflect.deleteProperty(env, name);
  const child = spawn(process.execPath, [fileURLToPath(new URL('../main.js', import.meta.url))], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit');
  const stop = async () => {
    child.kill('SIGTERM');
    await exited;
  };
  // The gateway must not outlive the demo.
  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    process.once(signal, () => void stop().finally(() => process.exit(code)));
  }

  const ready = new Promise<string>((resolve) => {
    // Each line is a JSON object; the one with a `url` has the address. Reading on keeps the pipe from filling up.
    createInterface(child.stdout).on('line', (line) => {
      const { url } = JSON.parse(line) as { url?: string };
      if (url !== undefined) resolve(url);
    });
  });
  const url = await Promise.race([
    ready,
    exited.then(([code]) => Promise.reject(new Error(`the gateway stopped at its start with code ${code}`))),
    deadline(START_TIMEOUT_MS, 'the gateway did not say that it is ready'),
  ]).catch(async (error: unknown) => {
    await stop();
    throw error;
  });
  return { url, isOwn: true, [Symbol.asyncDispose]: stop };
}

function deadline(ms: number, message: string): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => reject(new Error(`${message} within ${ms / 1000} s`)), ms).unref();
  });
}
