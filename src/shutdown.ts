import type { Logger } from 'pino';

export interface ShutdownOptions {
  readonly logger: Pick<Logger, 'info' | 'warn' | 'fatal'>;
  /** Makes load balancers send callers elsewhere. Everything else goes on as before. */
  readonly unready: () => void;
  /** Stops taking new work and resolves when the work under way is finished. */
  readonly close: () => Promise<void>;
  /** The wait between the two, so that load balancers notice. */
  readonly delayMs: number;
  /** The grace period: how long `close` may take. */
  readonly graceMs: number;
}

/**
 * Shuts down on SIGTERM and SIGINT, with exit code 0, or 1 if work is still under way after the grace period. A second
 * signal exits at once. An uncaught error is logged as one line and also shuts down, with exit code 1: it may have
 * left anything in an undefined state, so no new work is taken.
 *
 * @returns a function that does what the first signal does
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
      logger.warn({ graceMs }, 'the grace period is over and work was still under way');
      process.exit(1);
    }, graceMs).unref();
    try {
      await options.close();
      process.exit(code);
    } catch (error) {
      logger.fatal({ err: error }, 'could not shut down gracefully');
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
      logger.fatal({ err: error, event }, 'uncaught error: stopping');
      if (!stopping) void stop(1);
    });
  }
  return () => {
    if (!stopping) void stop(0);
  };
}
