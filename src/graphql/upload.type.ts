import { createUnionType, Field, Float, ID, Int, ObjectType } from 'type-graphql';
import { LINE_PROBLEM_CODES, type LineProblemSeverity } from '../crm/ldjson-problems.js';
import type { RequestState, UploadObjectType } from '../crm/object-types.js';
import type { UploadPhase } from '../writes/files/progress-board.js';
import { ProblemSeverityEnum, RequestStateEnum, UploadObjectTypeEnum, UploadPhaseEnum } from './enums.js';
import { AsyncRequest, SUBMITTED_MESSAGE, SUBMITTED_STATUS } from './request-status.type.js';

const KINDS = LINE_PROBLEM_CODES.map((code) => `\`${code}\``).join(', ');

@ObjectType({ simpleResolvers: true, description: 'Something about one object or line of an upload.' })
export class UploadProblem {
  @Field(() => Int, {
    description: 'The line, or the place in the list, counting from 1. Line 0 is the whole file.',
  })
  line!: number;

  @Field(() => ID, { nullable: true, description: 'The object’s ID, where it could be read.' })
  objectId!: string | null;

  @Field(() => String, { nullable: true, description: 'The field at fault, where it is one field.' })
  field!: string | null;

  @Field(() => String, { description: `What kind of problem it is: ${KINDS}.` })
  code!: string;

  @Field(() => String, { description: 'What was needed and what was got.' })
  message!: string;

  @Field(() => ProblemSeverityEnum, { description: 'Whether it keeps the line from being sent.' })
  severity!: LineProblemSeverity;
}

@ObjectType({ simpleResolvers: true, description: 'How often a kind of problem occurs.' })
export class UploadProblemCount {
  @Field(() => String, { description: 'The kind of problem, as in `UploadProblem.code`.' })
  code!: string;

  @Field(() => Int, { description: 'How often it occurs in the whole file.' })
  count!: number;
}

@ObjectType({ simpleResolvers: true, description: 'What the gateway found in a file.' })
export class UploadReport {
  @Field(() => Float, { description: 'The size of the file in bytes, inflated.' })
  bytes!: number;

  @Field(() => Int, { description: 'How many lines it has, blank ones included.' })
  lines!: number;

  @Field(() => Int, { description: 'How many lines are blank. They are left out.' })
  blankLines!: number;

  @Field(() => Int, { description: 'How many lines hold an object. 0 where the file was not read.' })
  objects!: number;

  @Field(() => Int, { description: 'How many objects have no error.' })
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
    description: 'Whether the objects came sorted by date of change. They are sent sorted.',
  })
  sorted!: boolean;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'Gong has received the objects and will process them: accepted is not yet stored. Follow with `requestStatus`.',
})
export class UploadAccepted {
  @Field(() => ID, { description: 'The ID to ask for the status with.' })
  clientRequestId!: string;

  @Field(() => ID, { description: 'The integration that the objects were sent to.' })
  integrationId!: string;

  @Field(() => UploadObjectTypeEnum, { description: 'The type of the objects.' })
  objectType!: UploadObjectType;

  @Field(() => Int, { description: 'How many objects it has.' })
  objectCount!: number;

  @Field(() => Boolean, {
    description:
      'Whether Gong had received this very upload before, so that nothing was sent now. Where you gave no ' +
      '`clientRequestId` that is so only while nothing else was written since and Gong has not failed it.',
  })
  alreadySubmitted!: boolean;

  @Field(() => RequestStateEnum, { nullable: true, description: SUBMITTED_STATUS })
  status!: RequestState | null;

  @Field(() => String, { nullable: true, description: SUBMITTED_MESSAGE })
  message!: string | null;

  @Field(() => Boolean, {
    nullable: true,
    description:
      'Whether a file was sent line by line as it came. Where not, it was sorted, split or had lines left out, and the ' +
      'lines in Gong’s own errors count in what was sent. Null for lists.',
  })
  linesKept!: boolean | null;

  @Field(() => [AsyncRequest], { description: 'The requests that were made of it, in order.' })
  requests!: AsyncRequest[];

  @Field(() => UploadReport, {
    nullable: true,
    description: 'What the gateway found in the file. Null for lists.',
  })
  report!: UploadReport | null;

  @Field(() => [UploadProblem], {
    description:
      'What Gong takes and yet looks like a mistake, the first 1,000: e.g. a field that the schema does not have, or a ' +
      'deal without an account, which Gong does not show.',
  })
  warnings!: UploadProblem[];

  @Field(() => Int, { description: 'The number of all warnings.' })
  warningCount!: number;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'The file has errors and nothing was sent. Mend them and send it again. Lists are never rejected: there an error ' +
    'is BAD_USER_INPUT.',
})
export class UploadRejected {
  @Field(() => UploadObjectTypeEnum, { description: 'The type of the objects.' })
  objectType!: UploadObjectType;

  @Field(() => Int, { description: 'The number of all errors.' })
  errorCount!: number;

  @Field(() => [UploadProblem], { description: 'The errors, up to the first 1,000.' })
  errors!: UploadProblem[];

  // Nullable as in UploadAccepted: GraphQL lets nobody ask for both otherwise.
  @Field(() => UploadReport, { nullable: true, description: 'What the gateway found in the file.' })
  report!: UploadReport | null;
}

export const UploadResult = createUnionType({
  name: 'UploadResult',
  description: 'Whether an upload was sent to Gong or, for its errors, was not.',
  types: () => [UploadAccepted, UploadRejected] as const,
  resolveType: (value) => ('errors' in value ? UploadRejected : UploadAccepted),
});

@ObjectType({ simpleResolvers: true, description: 'Stages sent with the deprecated call.' })
export class DealStagesUpload {
  @Field(() => Int, { description: 'How many stages there are.' })
  stageCount!: number;

  @Field(() => ID, {
    nullable: true,
    description: 'The request to follow. Null where Gong stored the stages at once, as the legacy API does.',
  })
  clientRequestId!: string | null;

  @Field(() => ID, { description: 'The integration that the stages were sent to.' })
  integrationId!: string;

  @Field(() => Boolean, {
    description: 'Whether Gong had received these very stages last, so that nothing was sent now.',
  })
  alreadySubmitted!: boolean;

  @Field(() => RequestStateEnum, { nullable: true, description: SUBMITTED_STATUS })
  status!: RequestState | null;

  @Field(() => String, { nullable: true, description: SUBMITTED_MESSAGE })
  message!: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Why the upload of a file failed.' })
export class UploadFailure {
  @Field(() => String, { description: 'The code of the error, as its sender got it.' })
  code!: string;

  @Field(() => String, { description: 'What was needed and what was got.' })
  message!: string;
}

@ObjectType({ simpleResolvers: true, description: 'How far a file upload has come.' })
export class UploadProgress {
  @Field(() => ID, { description: 'The name that the upload was given.' })
  uploadId!: string;

  @Field(() => UploadPhaseEnum, { description: 'What is happening to it.' })
  phase!: UploadPhase;

  @Field(() => Float, { description: 'How many bytes have arrived, compressed if the file is.' })
  bytesReceived!: number;

  @Field(() => Int, { description: 'How many lines have been checked.' })
  linesChecked!: number;

  @Field(() => Int, { description: 'How many errors were found so far.' })
  errors!: number;

  @Field(() => Int, { description: 'How many of its parts Gong has received.' })
  partsSent!: number;

  @Field(() => Int, {
    nullable: true,
    description: 'How many parts there are. Null until the file is checked.',
  })
  parts!: number | null;

  @Field(() => UploadFailure, {
    nullable: true,
    description: 'Why it FAILED: the error that its sender got. Null where that is not known.',
  })
  failure!: UploadFailure | null;
}
