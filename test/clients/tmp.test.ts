import { test } from 'vitest';
import { createClient } from '../../client/src/index.js';
import { startWithCrm, accounts } from '../writes/files/support.js';
test('x', async () => {
  await using h = await startWithCrm();
  const c = createClient({ url: h.url });
  for (const n of [1, 3, 50000]) {
  const t = performance.now();
  const r = await c.uploadFile(new Blob([accounts(n)]), { objectType: 'ACCOUNT', onProgress: (p) => console.log(JSON.stringify(p)) });
  console.log(performance.now() - t, r.__typename);
  if (r.__typename === 'UploadAccepted') for await (const s of c.follow(r.clientRequestId)) console.log(s);
  }
});
