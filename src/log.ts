import { Writable } from 'node:stream';
import { destination, type Logger, pino, transport } from 'pino';
import type { Secrets } from './secrets.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The part of pino that the rooms use. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface LogSettings {
  readonly level: LogLevel;
  /** Coloured lines for a person instead of one JSON object a line. */
  readonly pretty: boolean;
  /**
   * Never written, however deep or in whatever field they stand. pino's own `redact` works by path and misses secrets
   * inside error messages, header arrays and unforeseen fields.
   */
  readonly secrets: Pick<Secrets, 'scrub'>;
}

/** Takes finished lines. */
export interface LineSink {
  write(line: string): unknown;
}

/** One JSON line an event, or pretty lines, with the secrets scrubbed as the last step. */
export function createLogger(settings: LogSettings, sink: LineSink = standardOutput(settings)): Logger {
  const scrubbed = new Writable({
    decodeStrings: false,
    write(line: string, _encoding, done) {
      sink.write(settings.secrets.scrub(line));
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
