import { createHash, type Hash } from 'node:crypto';
import { type BomStripper, createBomStripper } from '../../crm/ldjson.js';
import { spoolPath } from './arrange.js';
import { createFileWriter, type FileWriter } from './disk-file.js';
import { BLOCK_BYTES, type FromSpooler, type ToSpooler } from './protocol.js';
import { createThreadSide } from './thread.js';

/**
 * The thread that hashes the bytes and writes them to disk. It is apart from the checker because SHA-256 costs half
 * as much as reading the JSON.
 */

interface Job {
  readonly hash: Hash;
  readonly file: FileWriter;
  readonly bom: BomStripper | undefined;
}

const side = createThreadSide<ToSpooler, FromSpooler>();
let job: Job | undefined;

function write({ file }: Job, bytes: Buffer): void {
  file.write(bytes, 0, bytes.length);
}

side.onMessage((message) => {
  switch (message.kind) {
    case 'start':
      job = {
        hash: createHash('sha256').update(message.hashPrefix),
        file: createFileWriter(spoolPath(message.folder), BLOCK_BYTES),
        bom: message.keepBom ? undefined : createBomStripper(),
      };
      return;
    case 'block': {
      side.throwIfStopped();
      const bytes = side.block(message.slot, message.bytes);
      if (job !== undefined) {
        job.hash.update(bytes);
        write(job, job.bom === undefined ? bytes : job.bom.strip(bytes));
      }
      side.post({ kind: 'consumed', slot: message.slot, written: job?.file.written ?? 0 });
      return;
    }
    case 'finish':
      if (job === undefined) return;
      if (job.bom !== undefined) write(job, job.bom.rest());
      job.file.finish();
      side.post({ kind: 'spooled', written: job.file.written, sha256: job.hash.digest('hex') });
      job = undefined;
      return;
    case 'stop':
      job?.file[Symbol.dispose]();
      job = undefined;
      side.post({ kind: 'stopped' });
  }
});
