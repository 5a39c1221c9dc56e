import { createUnionType, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import type { LineProblemCode, LineProblemSeverity } from '../crm/ldjson-problems.js';
import type { RequestState, UploadObjectType } from '../crm/object-types.js';
import type { AnyErrorCode } from '../errors.js';
import type { UploadPhase } from '../writes/files/progress-board.js';
import {
  ErrorCodeEnum,
  ProblemSeverityEnum,
  RequestStateEnum,
  UploadObjectTypeEnum,
  UploadPhaseEnum,
  UploadProblemCodeEnum,
} from './enums.js';
import { AsyncRequest, SUBMITTED_MESSAGE, SUBMITTED_STATUS } from './request-status.type.js';

@ObjectType({ simpleResolvers: true, description: 'A problem of one object or line of an upload.' })
export class UploadProblem {
  @Field(() => Int, {
    description: 'The line, or the position in the list, counting from 1. Line 0 is the whole file.',
  })
  line!: number;

  @Field(() => ID, { nullable: true, description: 'The object’s ID, if it could be read.' })
  objectId!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The field with the problem, if it is a single field.',
  })
  field!: string | null;

  @Field(() => UploadProblemCodeEnum, { description: 'The kind of problem.' })
  code!: LineProblemCode;

  @Field(() => String, { description: 'What was needed and what was given.' })
  message!: string;

  @Field(() => ProblemSeverityEnum, { description: 'Whether the problem prevents the line from being sent.' })
  severity!: LineProblemSeverity;
}

@ObjectType({ simpleResolvers: true, description: 'How often a kind of problem occurs in a file.' })
export class UploadProblemCount {
  @Field(() => UploadProblemCodeEnum, { description: 'The kind of problem.' })
  code!: LineProblemCode;

  @Field(() => Int, { description: 'The number of occurrences in the whole file.' })
  count!: number;
}

@ObjectType({ simpleResolvers: true, description: 'What the gateway found in a file.' })
export class UploadReport {
  @Field(() => Float, { description: 'The size of the file in bytes, uncompressed.' })
  bytes!: number;

  @Field(() => Int, { description: 'The number of lines, blank ones included.' })
  lines!: number;

  @Field(() => Int, { description: 'The number of blank lines, which are not sent.' })
  blankLines!: number;

  @Field(() => Int, { description: 'The number of lines with an object. 0 if the file was not checked.' })
  objects!: number;

  @Field(() => Int, { description: 'The number of objects without an error.' })
  validObjects!: number;

  @Field(() => Int, { description: 'The number of all errors.' })
  errorCount!: number;

  @Field(() => Int, { description: 'The number of all warnings.' })
  warningCount!: number;

  @Field(() => [UploadProblemCount], { description: 'The number of problems of each kind.' })
  countsByCode!: UploadProblemCount[];

  @Field(() => [UploadProblem], { description: 'The first 1,000 problems, by line.' })
  problems!: UploadProblem[];

  @Field(() => Boolean, {
    description:
      'Whether the objects in the file were sorted by date of change. They are always sent sorted.',
  })
  sorted!: boolean;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'Gong has received the objects and will process them, but has not stored them yet. Follow them with `requestStatus`.',
})
export class UploadAccepted {
  @Field(() => ID, {
    description:
      'The upload’s ID, for `requestStatus` and `requestStatusChanged`. Lists that were sent together have the same.',
  })
  clientRequestId!: string;

  @Field(() => ID, { description: 'The integration that the objects were sent to.' })
  integrationId!: string;

  @Field(() => UploadObjectTypeEnum, { description: 'The type of the objects.' })
  objectType!: UploadObjectType;

  @Field(() => Int, { description: 'The number of objects.' })
  objectCount!: number;

  @Field(() => Boolean, {
    description:
      'Whether Gong had already received the same upload, so that nothing was sent now. Without a `clientRequestId` this ' +
      'requires that nothing else was written since and Gong has not failed it.',
  })
  alreadySubmitted!: boolean;

  @Field(() => RequestStateEnum, { nullable: true, description: SUBMITTED_STATUS })
  status!: RequestState | null;

  @Field(() => String, { nullable: true, description: SUBMITTED_MESSAGE })
  message!: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether the lines of a file were sent unchanged. If not, the file was sorted or split or lines were left out, and ' +
      'line numbers in Gong’s errors refer to what was sent. Null for lists.',
  })
  linesKept!: boolean | null;

  @Field(() => [AsyncRequest], { description: 'The requests that were sent to Gong, in order.' })
  requests!: AsyncRequest[];

  @Field(() => UploadReport, {
    nullable: true,
    description: 'What the gateway found in the file. Null for lists.',
  })
  report!: UploadReport | null;

  @Field(() => [UploadProblem], {
    description:
      'The first 1,000 warnings: what Gong accepts but looks like a mistake, e.g. a field that the schema does not have, ' +
      'or a deal without an account, which Gong does not show.',
  })
  warnings!: UploadProblem[];

  @Field(() => Int, { description: 'The number of all warnings.' })
  warningCount!: number;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'The file has errors and nothing was sent. Correct them and send the file again. For lists, the error is ' +
    'BAD_USER_INPUT instead.',
})
export class UploadRejected {
  @Field(() => UploadObjectTypeEnum, { description: 'The type of the objects.' })
  objectType!: UploadObjectType;

  @Field(() => Int, { description: 'The number of all errors.' })
  errorCount!: number;

  @Field(() => [UploadProblem], { description: 'The first 1,000 errors.' })
  errors!: UploadProblem[];

  // Nullable as in UploadAccepted: otherwise GraphQL could not merge the two selections.
  @Field(() => UploadReport, { nullable: true, description: 'What the gateway found in the file.' })
  report!: UploadReport | null;
}

export const UploadResult = createUnionType({
  name: 'UploadResult',
  description: 'The result of an upload: sent to Gong, or rejected for its errors.',
  types: () => [UploadAccepted, UploadRejected] as const,
  resolveType: (value) => ('errors' in value ? UploadRejected : UploadAccepted),
});

@ObjectType({ simpleResolvers: true, description: 'Stages sent with the deprecated call.' })
export class DealStagesUpload {
  @Field(() => Int, { description: 'The number of stages.' })
  stageCount!: number;

  @Field(() => ID, {
    nullable: true,
    description: 'The request to follow. Null if Gong stored the stages at once, as the legacy API does.',
  })
  clientRequestId!: string | null;

  @Field(() => ID, { description: 'The integration that the stages were sent to.' })
  integrationId!: string;

  @Field(() => Boolean, {
    description: 'Whether the same stages were the last that Gong received, so that nothing was sent now.',
  })
  alreadySubmitted!: boolean;

  @Field(() => RequestStateEnum, { nullable: true, description: SUBMITTED_STATUS })
  status!: RequestState | null;

  @Field(() => String, { nullable: true, description: SUBMITTED_MESSAGE })
  message!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Why the upload of a file failed.' })
export class UploadFailure {
  @Field(() => ErrorCodeEnum, { description: 'The code of the error that the sender received.' })
  code!: AnyErrorCode;

  @Field(() => String, { description: 'What was needed and what was given.' })
  message!: string;
}

@ObjectType({ simpleResolvers: true, description: 'The progress of a file upload.' })
export class UploadProgress {
  @Field(() => ID, { description: 'The name of the upload, as given by its sender.' })
  uploadId!: string;

  @Field(() => UploadPhaseEnum, { description: 'The current phase.' })
  phase!: UploadPhase;

  @Field(() => Float, {
    description: 'The number of bytes that have arrived: compressed ones if the file is compressed.',
  })
  bytesReceived!: number;

  @Field(() => Int, { description: 'The number of lines checked.' })
  linesChecked!: number;

  @Field(() => Int, { description: 'The number of errors found so far.' })
  errors!: number;

  @Field(() => Int, { description: 'The number of parts that Gong has received.' })
  partsSent!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'The number of parts in all. Null until the file is checked.',
  })
  parts!: number | null;

  @Field(() => UploadFailure, {
    nullable: true,
    description: 'The error that the sender received if the upload FAILED. Null if it is not known.',
  })
  failure!: UploadFailure | null;
}
