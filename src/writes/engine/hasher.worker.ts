import { createHash, type Hash } from 'node:crypto';
import { BOM } from '../../crm/ldjson.js';
import type { FromHasher, ToHasher } from './protocol.js';
import { createThreadSide } from './thread.js';

/** The thread that hashes the bytes. It is apart from the checker because SHA-256 costs half as much as reading the JSON. */

const side = createThreadSide<ToHasher, FromHasher>();
let hash: Hash | undefined;

side.onMessage((message) => {
  switch (message.kind) {
    case 'start':
      hash = createHash('sha256').update(message.hashPrefix);
      if (message.hadBom) hash.update(BOM);
      return;
    case 'block':
      side.throwIfStopped();
      hash?.update(side.block(message.slot, message.bytes));
      side.post({ kind: 'consumed', slot: message.slot });
      return;
    case 'finish':
      if (hash === undefined) return;
      side.post({ kind: 'hashed', sha256: hash.digest('hex') });
      hash = undefined;
      return;
    case 'stop':
      hash = undefined;
      side.post({ kind: 'stopped' });
  }
});
