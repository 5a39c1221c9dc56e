import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Sent as Gong's error body (reference, section 1). */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly status: number,
    readonly messages: readonly string[],
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(messages.join('; '));
  }
}

/** The caller disconnected before the request was complete, so there is nobody to answer. */
export class CallerGoneError extends Error {
  override readonly name = 'CallerGoneError';
}

export interface Answer {
  readonly status: number;
  /** The body without `requestId`. Values are JSON texts, because JavaScript cannot hold Gong's 64-bit integers. */
  readonly members?: readonly (readonly [name: string, json: string])[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Lower-case base 36, like Gong's own `4al018gzaztcr8nbukw`. */
export function createRequestId(): string {
  return Array.from(randomBytes(19), (byte) => (byte % 36).toString(36)).join('');
}

export function answerText(requestId: string, members: Answer['members'] = []): string {
  const rest = members.map(([name, json]) => `,${JSON.stringify(name)}:${json}`).join('');
  return `{"requestId":${JSON.stringify(requestId)}${rest}}`;
}

export function errorAnswer(error: HttpError): Answer {
  return {
    status: error.status,
    members: [['errors', JSON.stringify(error.messages)]],
    headers: error.headers,
  };
}

export function hasBody(request: IncomingMessage): boolean {
  const length = request.headers['content-length'];
  return request.headers['transfer-encoding'] !== undefined || (length !== undefined && length !== '0');
}

/**
 * How much of a body to read after an early response, before closing the connection. It is several times the largest
 * file, because many clients read the response only after sending everything, and otherwise report a reset
 * connection instead of the 413.
 */
const DRAIN = { bytes: 1024 * 1024 * 1024, ms: 10_000 };

/**
 * Sends a response. If the caller is still sending, the response goes out at once, but the connection stays open until
 * the rest has arrived, within bounds: closing a socket with unread data resets it, and the caller would see the reset
 * instead of the response.
 */
export function sendAnswer(
  request: IncomingMessage,
  response: ServerResponse,
  requestId: string,
  answer: Answer,
): void {
  const text = answerText(requestId, answer.members);
  const unread = hasBody(request) && !request.complete;
  response.writeHead(answer.status, {
    ...answer.headers,
    'x-traceid': requestId,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...(unread ? { connection: 'close' } : {}),
  });
  if (!unread) {
    response.end(text);
    return;
  }
  response.write(text);
  drain(request, () => response.end());
}

function drain(request: IncomingMessage, done: () => void): void {
  let bytes = 0;
  const stop = () => {
    clearTimeout(timer);
    request.off('data', count).off('end', stop).off('close', stop);
    request.pause();
    done();
  };
  const count = (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > DRAIN.bytes) stop();
  };
  const timer = setTimeout(stop, DRAIN.ms);
  timer.unref();
  request.on('data', count).on('end', stop).on('close', stop);
  request.resume();
}
