/** The longest pause between attempts to reconnect, and so how far apart replicas may learn that Redis is back. */
export const RECONNECT_MAX_MS = 250;

/** After a failover the old primary may keep its connections, as a replica. */
export function isFromReplica({ message }: Error): boolean {
  return message.startsWith('READONLY');
}
