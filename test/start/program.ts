import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** A compiled program of this package in a process of its own, as a person starts it. */
export interface Program extends AsyncDisposable {
  /** Lines so far, of standard output and standard error. */
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /**
   * Resolves with the text that says where the program is: the message of the gateway's log line that has a `url`, the
   * emulator's one line. Fails when the program ends before.
   */
  readonly plainLine: Promise<string>;
  readonly pid: number | undefined;
  /** Once it has ended and all its output is read. */
  readonly ended: Promise<Ending>;
  kill(signal: NodeJS.Signals): void;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

const DIST = new URL('../../dist/', import.meta.url);

/** Starts a file of `dist/` with these variables and the machine's, less those that would configure the program. */
export function startProgram(file: string, variables: Readonly<Record<string, string>> = {}): Program {
  return startCommand(process.execPath, [fileURLToPath(new URL(file, DIST))], variables);
}

/** A gateway with the emulator's key, before this Gong. */
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

/** As `startProgram`, any command. */
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
  // Not every test waits for it.
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

/** The first address in a text that ends in `path`, without it. */
export function urlIn(text: string, path = ''): string {
  const url = new RegExp(`(https?://[^/\\s,]+)${path}`).exec(text)?.[1];
  if (url === undefined)
    throw new Error(`needed an address ending in "${path}", got ${JSON.stringify(text)}`);
  return url;
}
