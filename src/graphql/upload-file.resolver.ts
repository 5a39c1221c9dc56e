import type { FileUpload as UploadedFile } from 'graphql-upload/processRequest.mjs';
import { Authorized, Ctx, Mutation, Resolver } from 'type-graphql';
import { type Caller, callerKey } from '../auth/caller.js';
import { LINE_PROBLEM_CODES } from '../crm/ldjson-problems.js';
import type { FileReport } from '../writes/files/report.js';
import type { FileUploadResult } from '../writes/files/upload.js';
import { CheckedArg } from './checked-arg.js';
import { type Context, integrationIdOf } from './context.js';
import { CostsCalls } from './costs.js';
import { refuseAddress } from './notify.arg.js';
import { type UploadAccepted, type UploadRejected, UploadReport, UploadResult } from './upload.type.js';
import { UploadFileInput, ValidateFileInput } from './upload-file.input.js';

@Resolver()
export class UploadFileResolver {
  @Authorized('api:crm:upload')
  @CostsCalls(1)
  @Mutation(() => UploadResult, {
    nullable: true,
    description:
      'Uploads a file of objects of one type. Every line is checked as it arrives; a valid file is sorted, split if it ' +
      'exceeds Gong’s limits, and sent. Sending it again is safe: loading an object twice does no harm.',
  })
  async uploadFile(
    @Ctx() context: Context,
    @CheckedArg('input', () => UploadFileInput, {
      description: 'The file and the type of its objects.',
      check: UploadFileInput.check,
    })
    input: UploadFileInput,
  ): Promise<UploadAccepted | UploadRejected> {
    refuseAddress(context.uploads, input.notify, ['input', 'notify']);
    return uploadResult(
      await context.uploads.uploadFile(
        {
          ...(await fileOf(context, input)),
          clientRequestId: input.clientRequestId ?? undefined,
          notify: input.notify ?? undefined,
          validation: input.validation,
        },
        progressName(context.caller, input.uploadId),
      ),
    );
  }

  @Authorized('api:crm:upload')
  @CostsCalls(0)
  @Mutation(() => UploadReport, {
    nullable: true,
    description: 'Checks a file as `uploadFile` does, without sending it.',
  })
  async validateFile(
    @Ctx() context: Context,
    @CheckedArg('input', () => ValidateFileInput, {
      description: 'The file and the type of its objects.',
      check: ValidateFileInput.check,
    })
    input: ValidateFileInput,
  ): Promise<UploadReport> {
    const name = progressName(context.caller, input.uploadId);
    return uploadReport(await context.uploads.checkFile(await fileOf(context, input), name));
  }
}

/** Prefixes the name with the caller: callers choose names, and cannot follow each other's uploads. */
export function progressName(caller: Caller | null, uploadId: string | null | undefined): string | undefined {
  return uploadId == null ? undefined : `${caller?.id ?? ''}/${uploadId}`;
}

async function fileOf(context: Context, { file, objectType, integrationId }: ValidateFileInput) {
  const { createReadStream }: UploadedFile = await file;
  return {
    source: createReadStream(),
    sourcePath: ['input', 'file'],
    caller: callerKey(context.caller, true) ?? undefined,
    objectType,
    integrationId: () => integrationIdOf(context, integrationId),
  };
}

/** Converts the outcome of a file to its GraphQL type, which the plain HTTP route returns as JSON. */
export function uploadResult(result: FileUploadResult): UploadAccepted | UploadRejected {
  const { objectType } = result;
  const report = uploadReport(result.report);
  if (result.kind === 'REJECTED') {
    return { objectType, errorCount: report.errorCount, errors: [...result.report.errors], report };
  }
  const { kind: _, ...submitted } = result;
  return {
    ...submitted,
    objectCount: report.validObjects,
    requests: [...submitted.requests],
    warnings: [...result.report.warnings],
    warningCount: report.warningCount,
    report,
  };
}

export function uploadReport({ errors: _, warnings: __, ...report }: FileReport): UploadReport {
  const countsByCode = LINE_PROBLEM_CODES.flatMap((code) => {
    const count = report.countsByCode[code];
    return count === undefined ? [] : [{ code, count }];
  });
  return { ...report, countsByCode, problems: [...report.problems] };
}
