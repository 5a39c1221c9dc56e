import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { canMount, mountSmallDisk } from '../../support/small-disk.js';
import { acceptedUploads, accounts, DOORS, startWithCrm } from './support.js';

describe.each(DOORS)('through $name', (door) => {
  test.skipIf(!canMount())('a full disk is a clear, retryable error, and nothing stays on it', async () => {
    using disk = mountSmallDisk('512k');
    const spoolDir = disk?.path ?? '';
    await using harness = await startWithCrm({ uploads: { spoolDir } });
    const outcome = await door.upload(harness, accounts(20_000));
    expect(outcome).toMatchObject({ kind: 'refused', code: 'STORAGE_UNAVAILABLE', retryable: true });
    expect(outcome.message).toContain('disk is full');
    expect(acceptedUploads(harness)).toBe(0);
    await expect.poll(() => readdirSync(spoolDir)).toEqual([]);
    expect(await door.upload(harness, accounts(3))).toMatchObject({ kind: 'accepted' });
  });

  test('a folder that cannot be created is a clear error', async () => {
    const path = mkdtempSync(join(tmpdir(), 'no-folder-'));
    writeFileSync(join(path, 'file'), '');
    await using harness = await startWithCrm({ uploads: { spoolDir: join(path, 'late') } });
    // Only now: the gateway looks into the folder when it starts.
    writeFileSync(join(path, 'late'), '');
    const outcome = await door.upload(harness, accounts(20_000));
    expect(outcome).toMatchObject({ kind: 'refused', code: 'STORAGE_UNAVAILABLE' });
    expect(outcome.message).toContain('writable spool folder');
    rmSync(path, { recursive: true });
  });
});

test('startup sweeps the folders of dead processes and nothing else', async () => {
  const spoolDir = mkdtempSync(join(tmpdir(), 'orphans-'));
  await using first = await startWithCrm({ uploads: { spoolDir } });
  const own = readdirSync(spoolDir);
  // A folder as this machine's process 1 would have made it, had it started at another time.
  const machine = execFileSync(process.execPath, [
    '-p',
    'require("node:crypto").createHash("sha256").update(require("node:os").hostname()).digest("hex").slice(0, 8)',
  ])
    .toString()
    .trim();
  const orphan = `gong-upload-${machine}-${process.pid}-1-${'0'.repeat(32)}`;
  mkdirSync(join(spoolDir, orphan));
  writeFileSync(join(spoolDir, orphan, 'spool'), 'secret');
  mkdirSync(join(spoolDir, 'somebody-elses'));
  await using second = await startWithCrm({ uploads: { spoolDir } });
  expect(readdirSync(spoolDir)).toEqual([...own, 'somebody-elses']);
  expect([first.url, second.url]).toHaveLength(2);
  rmSync(spoolDir, { recursive: true });
});
