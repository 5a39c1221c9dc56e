import type { FastifyRequest } from 'fastify';
import { isMultipart } from './content-type.js';

declare module 'fastify' {
  /** What hooks need to know about a route; stated where the route is registered. */
  interface FastifyContextConfig {
    /** Needs no authentication. A route that does not say so is closed. */
    readonly isPublic?: true;
    /** Answers browsers with a page, which needs no authentication. */
    readonly hasLandingPage?: boolean;
    /** Each request has a span of its own. */
    readonly isTraced?: true;
    /**
     * The file in a request: the body, to be uploaded (`upload`) or only checked (`check`), or a part of a multipart form
     * beside a GraphQL operation (`multipart`).
     */
    readonly file?: 'upload' | 'check' | 'multipart';
  }
}

/** Whether the body is a file, or a multipart form with one. */
export function carriesFile(request: FastifyRequest): boolean {
  const { file } = request.routeOptions.config;
  return file === 'upload' || file === 'check' || isMultipart(request);
}
