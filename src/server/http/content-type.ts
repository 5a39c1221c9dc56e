import type { FastifyRequest } from 'fastify';

/** Whether the body is a multipart form: an operation with a file, where the route takes one. */
export function isMultipart({ headers }: FastifyRequest): boolean {
  return /^multipart\/form-data\b/i.test(headers['content-type'] ?? '');
}

/** Whether a content type names no charset but UTF-8. Bodies are read as UTF-8 in any case. */
export function claimsUtf8(contentType = ''): boolean {
  const [, charset = 'utf-8'] = /;\s*charset\s*=\s*"?([^";\s]*)/i.exec(contentType) ?? [];
  return /^utf-?8$/i.test(charset);
}
