import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { Redis } from '../../src/redis/connection.js';
import { createRedis } from '../../src/redis/connection.js';

export interface PrivateRedis extends AsyncDisposable {
  readonly url: string;
  /** As by SIGKILL; without persistence, what it held is lost. */
  kill(): Promise<void>;
  /** At the same address, empty without persistence. */
  start(): Promise<void>;
  /** Connections stay, nothing is answered. */
  freeze(): void;
  thaw(): void;
}

/** Why tests that need a Redis of their own cannot run here; in CI they must. */
export function redisMissing(): string | undefined {
  try {
    execFileSync('redis-server', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    if (process.env.CI !== undefined)
      throw new Error('CI needs redis-server on its PATH, so that no test is skipped');
    return 'there is no redis-server on the PATH';
  }
}

export interface RedisOptions {
  readonly running?: boolean;
  readonly tries?: number;
  /** As on its command line, e.g. `['--appendonly', 'yes']`. */
  readonly settings?: readonly string[];
}

/** A Redis on a free port, for one test; without persistence unless its settings say so. */
export async function startRedis(options: RedisOptions = {}): Promise<PrivateRedis> {
  const port = await freePort();
  const url = `redis://127.0.0.1:${port}`;
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const server = spawn(
      'redis-server',
      [
        ...['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no'],
        ...(options.settings ?? []),
      ],
      {
        stdio: ['ignore', 'pipe', 'ignore'],
      },
    );
    child = server;
    for await (const line of server.stdout) if (String(line).includes('Ready to accept connections')) return;
    throw new Error('needed redis-server to start, but it ended');
  }
  async function kill(): Promise<void> {
    const server = child;
    child = undefined;
    if (server === undefined || server.exitCode !== null) return;
    const ended = once(server, 'exit');
    server.kill('SIGKILL');
    await ended;
  }

  if (options.running !== false) {
    const { tries = 3 } = options;
    try {
      await start();
    } catch (error) {
      // Another test has taken the port since it was free.
      if (tries === 1) throw error;
      return startRedis({ ...options, tries: tries - 1 });
    }
  }
  return {
    url,
    start,
    kill,
    freeze: () => child?.kill('SIGSTOP'),
    thaw: () => child?.kill('SIGCONT'),
    [Symbol.asyncDispose]: kill,
  };
}

export interface TestRedis extends AsyncDisposable {
  readonly redis: Redis;
  /** Messages of the connection's log. */
  readonly log: readonly string[];
}

/** A connection as the gateway makes it. */
export function connect(url: string, keyPrefix = 'test:'): TestRedis {
  const log: string[] = [];
  const write = (_fields: object, message: string) => void log.push(message);
  const redis = createRedis({ url, keyPrefix }, { info: write, warn: write });
  return {
    redis,
    log,
    async [Symbol.asyncDispose]() {
      redis.disconnect();
    },
  };
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('needed a TCP address');
  return address.port;
}

/** Waits for something to come true; fails after a number of looks, not of seconds. */
export async function until(what: string, isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 2_000; looks++) {
    if (await isTrue()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`needed ${what}, and it did not come`);
}
