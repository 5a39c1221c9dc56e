import type { Logger } from 'pino';

/** How the process ends: in good order on a signal, and as orderly as it can after an error that nobody caught. */

export interface ShutdownOptions {
  readonly logger: Pick<Logger, 'info' | 'warn' | 'fatal'>;
  /** No caller should be sent here any more; all else goes on. */
  readonly unready: () => void;
  /** Finishes what has begun, takes nothing new. */
  readonly close: () => Promise<void>;
  /** Between the two, so that load balancers notice. */
  readonly delayMs: number;
  /** For what has begun. */
  readonly graceMs: number;
}

/**
 * SIGTERM and SIGINT end the process with code 0, or with 1 if work was still under way after the grace. A second
 * signal ends it at once. An error that nobody caught is one line in the log and code 1: what it left behind is
 * unknown, so nothing new is taken, but requests under way get their grace.
 *
 * @returns does what the first signal does
 */
export function shutdownGracefully(options: ShutdownOptions): () => void {
  const { logger, graceMs } = options;
  let stopping = false;

  async function stop(code: number): Promise<void> {
    if (stopping) process.exit(1);
    stopping = true;
    options.unready();
    if (code === 0 && options.delayMs > 0) {
      await new Promise((resolve) => setTimeout(resolve, options.delayMs));
    }
    setTimeout(() => {
      logger.warn({ graceMs }, 'the grace is over and work was still under way');
      process.exit(1);
    }, graceMs).unref();
    try {
      await options.close();
      process.exit(code);
    } catch (error) {
      logger.fatal({ err: error }, 'could not stop in good order');
      process.exit(1);
    }
  }

  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      logger.info({ signal }, 'stopping');
      void stop(0);
    });
  }
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, (error: unknown) => {
      logger.fatal({ err: error, event }, 'an error that nobody caught: stopping');
      // While stopping there is nothing better to do than to go on with it.
      if (!stopping) void stop(1);
    });
  }
  return () => {
    if (!stopping) void stop(0);
  };
}
