import type { Duplex } from 'node:stream';
import { answerText, createRequestId } from './http.js';

/** Answers malformed or too slow requests with Gong's error body, and closes the connection. */
export function refuseBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status = statusOf(error.code);
  const requestId = createRequestId();
  const text = answerText(requestId, [['errors', JSON.stringify([status.message])]]);
  socket.end(
    `HTTP/1.1 ${status.line}\r\nconnection: close\r\ncontent-type: application/json; charset=utf-8\r\n` +
      `x-traceid: ${requestId}\r\n` +
      `content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
  );
}

function statusOf(code: string | undefined): { readonly line: string; readonly message: string } {
  switch (code) {
    case 'HPE_HEADER_OVERFLOW':
      return { line: '431 Request Header Fields Too Large', message: 'The URL and headers are too long' };
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { line: '408 Request Timeout', message: 'The request took too long' };
    default:
      return { line: '400 Bad Request', message: 'The request is not well-formed HTTP' };
  }
}
