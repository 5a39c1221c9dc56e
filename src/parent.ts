const CHECK_MS = 500;

/**
 * Calls `stop` when the parent process has exited. "npm start" runs a shell between npm and the program, and shells
 * such as dash do not forward signals, so stopping npm would leave the program running.
 */
export function onParentGone(stop: () => void): void {
  const parent = process.ppid;
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop();
  }, CHECK_MS);
  timer.unref();
}
