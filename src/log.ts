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
  const write = (line: string) => void sink.write(settings.secrets.scrub(line));
  return pino({ level: settings.level }, { write });
}

function standardOutput({ pretty }: LogSettings): LineSink {
  return pretty
    ? transport({ target: 'pino-pretty', options: { ignore: 'pid,hostname', translateTime: 'HH:MM:ss.l' } })
    : inOneWrite(destination({ dest: 1, sync: true }));
}

/** Writes what is logged in one turn of the event loop with one system call. */
function inOneWrite(sink: LineSink): LineSink {
  let lines = '';
  const flush = () => {
    const written = lines;
    lines = '';
    if (written !== '') sink.write(written);
  };
  process.once('exit', flush);
  return {
    write(line) {
      if (lines === '') setImmediate(flush);
      lines += line;
    },
  };
}
