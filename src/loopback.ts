/** Whether a host name or address is this machine's loopback. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|127(\.[0-9]{1,3}){3}|\[?::1\]?)$/.test(host);
}
