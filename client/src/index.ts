export {
  type Client,
  createClient,
  type FollowOptions,
  type RequestStatus,
  type UploadAccepted,
  type UploadOptions,
} from './client.js';
export type { CallOptions, ClientOptions } from './connection.js';
export type { DocumentTypeDecoration, TypedDocument } from './document.js';
export {
  BadUserInputError,
  ConflictError,
  ConnectionError,
  type ErrorCode,
  ForbiddenError,
  GatewayError,
  type GraphqlError,
  type InputProblem,
  InternalServerError,
  InvalidAnswerError,
  InvalidOperationError,
  NotConfiguredError,
  NotFoundError,
  OperationTooComplexError,
  PayloadTooLargeError,
  RateLimitedError,
  SchemaDataLossError,
  UnauthenticatedError,
  UnavailableError,
  UpstreamError,
} from './errors.js';
export type {
  FileUploadResult,
  UploadFileOptions,
  UploadProgress,
  UploadSource,
  ValidateFileOptions,
} from './files.js';
export * from './generated/graphql.js';
export type { Complete, ExecuteOptions } from './operations.js';
export type * from './scalars.js';
