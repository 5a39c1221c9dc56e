import { readdir } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { accounts, file, line, registerCrm } from '../writes/files/support.js';
import { KEY, STRANGER, startPassing, WRITER } from './passing.js';

describe('files of callers with their own credentials', () => {
  const ndjson = { 'content-type': 'application/x-ndjson' };
  const post = (url: string, path: string, authorization: string, body: string) =>
    fetch(`${url}${path}`, { method: 'POST', headers: { ...ndjson, authorization }, body });

  test('go to Gong with the credentials of their sender, from either route', async () => {
    await using passing = await startPassing();
    const { harness } = passing;
    await registerCrm(harness.as({ authorization: KEY }));
    expect((await post(harness.url, '/upload/ACCOUNT', WRITER, accounts(3))).status).toBe(202);
    const form = new FormData();
    const query = 'mutation ($input: UploadFileInput!) { uploadFile(input: $input) { __typename } }';
    form.set(
      'operations',
      JSON.stringify({ query, variables: { input: { objectType: 'ACCOUNT', file: null } } }),
    );
    form.set('map', '{"0":["variables.input.file"]}');
    form.set('0', new Blob([accounts(2, 'b')]), 'accounts.ldjson');
    const answer = await fetch(`${harness.url}/graphql`, {
      method: 'POST',
      headers: { 'apollo-require-preflight': 'true', authorization: WRITER },
      body: form,
    });
    expect(await answer.json()).toEqual({ data: { uploadFile: { __typename: 'UploadAccepted' } } });
    const sent = passing.calls.filter(({ query: { size }, what }) => what === 'entities' && size > 0);
    expect(sent.slice(-2).map(({ authorization }) => authorization)).toEqual([WRITER, WRITER]);
  });

  test('are sent for each caller, even if another has sent the same', async () => {
    await using passing = await startPassing();
    const { harness } = passing;
    await registerCrm(harness.as({ authorization: KEY }));
    const upload = async (authorization: string) => {
      const answer = await post(harness.url, '/upload/ACCOUNT', authorization, accounts(3));
      return (await answer.json()) as { readonly clientRequestId: string };
    };
    const { clientRequestId } = await upload(WRITER);
    const { length } = passing.calls;
    const uploads = () =>
      passing.calls.slice(length).filter(({ what, body }) => what === 'entities' && body !== '');
    // Gong already knows the name, and this caller does not see what another sent under it.
    const own = await upload(KEY);
    expect(own).toMatchObject({ alreadySubmitted: false });
    expect(own.clientRequestId).not.toBe(clientRequestId);
    expect(uploads().map(({ authorization }) => authorization)).toEqual([KEY, KEY]);
    expect(await upload(KEY)).toMatchObject({ alreadySubmitted: true, clientRequestId: own.clientRequestId });
    expect(uploads()).toHaveLength(2);
  });

  test.each(['/upload/STAGE', '/validate/STAGE', '/validate/ACCOUNT'])(
    'are not read where Gong does not accept the credentials: %s',
    async (path) => {
      await using passing = await startPassing();
      const { harness } = passing;
      const lines = file(...Array.from({ length: 50 }, (_, index) => line(`s${index}`)));
      const answer = await post(harness.url, `${path}?integrationId=5517027188234206123`, STRANGER, lines);
      expect(answer.status).toBe(502);
      expect(await answer.text()).toContain('UPSTREAM_UNAUTHENTICATED');
      expect(passing.calls.map(({ what, authorization }) => `${what} ${authorization}`)).toEqual([
        `request-status ${STRANGER}`,
      ]);
      expect(await readdir(harness.spoolDir)).toEqual([]);
    },
  );
});
