import { Writable } from 'node:stream';
import { destination, type Logger, pino, transport } from 'pino';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** What a part of the gateway needs of a logger. */
export type Log = Pick<Logger, 'debug' | 'info' | 'warn' | 'error'>;

export interface LogSettings {
  readonly level: LogLevel;
  /** Coloured lines for a person instead of one JSON object a line. */
  readonly pretty: boolean;
  /** Values that must never be written, however deep or in whatever field they stand. It may grow. */
  readonly secrets: readonly string[];
}

/** Takes finished lines. */
export interface LineSink {
  write(line: string): unknown;
}

export const HIDDEN = '[hidden]';

/**
 * Replaces every secret in a finished line, also as JSON escapes it. pino's own `redact` works by path and
 * misses secrets inside error messages, header arrays and unforeseen fields.
 */
export function createScrubber(secrets: readonly string[]): (line: string) => string {
  let count = -1;
  let needles: readonly string[] = [];
  return (line) => {
    // More may be learnt while the program runs: tokens that are renewed.
    if (secrets.length !== count) {
      count = secrets.length;
      needles = needlesFor(secrets);
    }
    return needles.reduce((text, needle) => text.replaceAll(needle, HIDDEN), line);
  };
}

function needlesFor(secrets: readonly string[]): readonly string[] {
  const needles = secrets
    .filter((secret) => secret.length > 0)
    .flatMap((secret) => [secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret)])
    .sort((left, right) => right.length - left.length);
  return [...new Set(needles)];
}

/** One JSON line an event, or pretty lines, with the secrets scrubbed as the last step. */
export function createLogger(settings: LogSettings, sink: LineSink = standardOutput(settings)): Logger {
  const scrub = createScrubber(settings.secrets);
  const scrubbed = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      sink.write(scrub(line));
      done();
    },
  });
  return pino({ level: settings.level }, scrubbed);
}

function standardOutput({ pretty }: LogSettings): LineSink {
  return pretty
    ? transport({ target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l' } })
    : destination({ dest: 1, sync: true });
}
