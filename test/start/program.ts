import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A compiled program of this package in its own process. */
export interface Program extends AsyncDisposable {
  /** The lines so far. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /**
   * Resolves with the greeting: the message of the gateway's log line that has a `url`, or the emulator's one line.
   * Rejects if the program exits first.
   */
  readonly plainLine: Promise<string>;
  readonly pid: number | undefined;
  /** Resolves when the program has exited and all its output has been read. */
  readonly ended: Promise<Ending>;
  kill(signal: NodeJS.Signals): void;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const DIST = new URL('../../dist/', import.meta.url);

/** Starts a file of `dist/` with these environment variables and PATH. */
export function startProgram(file: string, variables: Readonly<Record<string, string>> = {}): Program {
  return startCommand(process.execPath, [fileURLToPath(new URL(file, DIST))], variables);
}

/** A gateway that calls this URL with the emulator's default key. */
export function startGatewayProgram(
  gongUrl: string,
  variables: Readonly<Record<string, string>> = {},
): Program {
  return startProgram('main.js', {
    PORT: '0',
    LOG_LEVEL: 'warn',
    GONG_BASE_URL: gongUrl,
    GONG_ACCESS_KEY: 'emulator',
    GONG_ACCESS_KEY_SECRET: 'emulator',
    ...variables,
  });
}

/** Like `startProgram`, with any command. */
export function startCommand(
  command: string,
  args: readonly string[],
  variables: Readonly<Record<string, string>>,
  cwd?: string,
): Program {
  const child: ChildProcess & {
    readonly stdout: NodeJS.ReadableStream;
    readonly stderr: NodeJS.ReadableStream;
  } = spawn(command, args, {
    cwd,
    env: { PATH: process.env.PATH, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stdout: string[] = [];
  const stderr: string[] = [];
  const lines = createInterface(child.stdout).on('line', (line) => stdout.push(line));
  createInterface(child.stderr).on('line', (line) => stderr.push(line));

  const ended = once(child, 'close').then(() => ({ code: child.exitCode, signal: child.signalCode }));
  const plainLine = new Promise<string>((resolve, reject) => {
    lines.on('line', (line) => {
      const text = greetingIn(line);
      if (text !== undefined) resolve(text);
    });
    ended.then(
      ({ code }) => reject(new Error(`needed a greeting, got exit code ${code}: ${stderr.join('\n')}`)),
      reject,
    );
  });
  // Not every test awaits it.
  plainLine.catch(() => undefined);

  return {
    stdout,
    stderr,
    plainLine,
    pid: child.pid,
    ended,
    kill: (signal) => {
      child.kill(signal);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

function greetingIn(line: string): string | undefined {
  if (!line.startsWith('{')) return line;
  const { url, msg } = JSON.parse(line) as { url?: string; msg: string };
  return url === undefined ? undefined : msg;
}

/** The first URL in a text that ends in `path`, without `path`. */
export function urlIn(text: string, path = ''): string {
  const url = new RegExp(`(https?://[^/\\s,]+)${path}`).exec(text)?.[1];
  if (url === undefined)
    throw new Error(`needed an address ending in "${path}", got ${JSON.stringify(text)}`);
  return url;
}
