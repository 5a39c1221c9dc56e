import { once } from 'node:events';
import { Agent, request } from 'undici';
import WebSocket from 'ws';
import { RegisterIntegrationDocument, UploadAccountsDocument } from '../../client/src/generated/graphql.js';
import { account } from '../support/acme.js';
import type { Harness } from '../support/harness.js';

export const WATCH = /* GraphQL */ `
  subscription Watch($id: ID!) {
    requestStatusChanged(clientRequestId: $id) {
      clientRequestId
      status
      isFinal
      totalSuccessCount
    }
  }
`;

export const socketUrl = (url: string) => `${url.replace(/^http/, 'ws')}/graphql`;

/** An upload of one account, which the emulator takes its time for. */
export async function beginUpload(harness: Harness, clientRequestId: string): Promise<void> {
  const { uploadAccounts } = await harness.execute(UploadAccountsDocument, {
    accounts: [account('a1', { name: clientRequestId })],
    clientRequestId,
  });
  if (uploadAccounts.__typename !== 'UploadAccepted') throw new Error(JSON.stringify(uploadAccounts));
}

/** The same for a company without anything else. */
export async function registerAndUpload(harness: Harness, clientRequestId: string): Promise<void> {
  const input = { name: 'Acme CRM', ownerEmail: 'owner@acme.com' };
  await harness.execute(RegisterIntegrationDocument, { input });
  await beginUpload(harness, clientRequestId);
}

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** A WebSocket without a library for the protocol, to break its rules with. */
export interface BareSocket extends AsyncDisposable {
  readonly socket: WebSocket;
  send(message: object | string | Buffer): void;
  /** The next message that came, in order. */
  message(): Promise<Message>;
  /** Its close code. */
  closed(): Promise<number>;
}

export async function openSocket(
  url: string,
  options: WebSocket.ClientOptions = {},
  protocol = 'graphql-transport-ws',
): Promise<BareSocket> {
  const socket = new WebSocket(socketUrl(url), protocol, options);
  const messages: Message[] = [];
  const waiting: ((message: Message) => void)[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Message;
    const wanted = waiting.shift();
    if (wanted === undefined) messages.push(message);
    else wanted(message);
  });
  const closed = once(socket, 'close').then(([code]) => code as number);
  closed.catch(() => undefined);
  await once(socket, 'open');
  return {
    socket,
    send: (message) =>
      socket.send(
        typeof message === 'string' || Buffer.isBuffer(message) ? message : JSON.stringify(message),
      ),
    message() {
      const first = messages.shift();
      return first === undefined ? new Promise((resolve) => waiting.push(resolve)) : Promise.resolve(first);
    },
    closed: () => closed,
    async [Symbol.asyncDispose]() {
      socket.terminate();
      await closed.catch(() => undefined);
    },
  };
}

/** The same, after the protocol's greeting. */
export async function openGreeted(url: string, options: WebSocket.ClientOptions = {}): Promise<BareSocket> {
  const bare = await openSocket(url, options);
  bare.send({ type: 'connection_init' });
  const { type } = await bare.message();
  if (type !== 'connection_ack') throw new Error(`needed connection_ack, got ${type}`);
  return bare;
}

/** Why a WebSocket was not opened: the HTTP status. */
export async function refusalOf(url: string, options: WebSocket.ClientOptions): Promise<number | undefined> {
  const socket = new WebSocket(url, 'graphql-transport-ws', options);
  socket.on('error', () => undefined);
  const [, response] = await once(socket, 'unexpected-response');
  socket.terminate();
  return (response as { statusCode?: number }).statusCode;
}

const dispatcher = new Agent();

/** All of an event stream, or as much as `until` wants of it. */
export async function events(
  url: string,
  body: object,
  until: (text: string) => boolean = () => false,
): Promise<string> {
  const answer = await request(`${url}/graphql/stream`, {
    dispatcher,
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify(body),
  });
  let text = '';
  for await (const chunk of answer.body) {
    text += String(chunk);
    if (until(text)) break;
  }
  return text;
}

/** What the `next` events of a stream carry. */
export function nexts(text: string): unknown[] {
  return [...text.matchAll(/event: next\ndata: (.*)\n\n/g)].map(([, json]) => JSON.parse(json ?? ''));
}
