import { Writable } from 'node:stream';
import { destination, type Logger, pino, transport } from 'pino';
import type { Secrets } from './secrets.js';

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** The part of a pino logger that modules use. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

export interface LogSettings {
  readonly level: LogLevel;
  /** Coloured lines for people instead of one JSON object per line. */
  readonly pretty: boolean;
  /**
   * Never written, in any field at any depth. pino's own `redact` works by path, and misses secrets in error messages,
   * header arrays and unexpected fields.
   */
  readonly secrets: Pick<Secrets, 'scrub'>;
}

/** Receives finished lines. */
export interface LineSink {
  write(line: string): unknown;
}

/** Logs one line per event, from which secrets are scrubbed as the last step. */
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
