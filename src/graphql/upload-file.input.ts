import type { FileUpload as UploadedFile } from 'graphql-upload/processRequest.mjs';
import { Field, ID, InputType } from 'type-graphql';
import { z } from 'zod';
import { isFreeRequestId, MAX_UPLOAD_REQUEST_ID_CHARS } from '../crm/identifiers.js';
import type { UploadObjectType } from '../crm/object-types.js';
import type { ValidationMode } from '../writes/engine/types.js';
import { checks, problem } from './checked-arg.js';
import { UploadObjectTypeEnum, ValidationModeEnum } from './enums.js';
import { INTEGRATION_ID_DESCRIPTION } from './integration-id.arg.js';
import { NOTIFY_DESCRIPTION, notifyAddress } from './notify.arg.js';
import { UploadScalar, UrlScalar } from './scalars.js';

const FILE =
  'A file of JSON objects, one per line (LDJSON, JSON Lines), plain or gzip, sent according to the GraphQL multipart ' +
  'request specification. It may have any size up to the gateway’s limit: above Gong’s 200 MB it is split.';

export const fileRequestId = z
  .string()
  .refine(
    (text) => isFreeRequestId(text) && text.length <= MAX_UPLOAD_REQUEST_ID_CHARS,
    problem(
      'BAD_FORMAT',
      `1 to ${MAX_UPLOAD_REQUEST_ID_CHARS} letters, digits, "-" and "_", not ending like "--p2" or "--r2", which the gateway uses itself`,
    ),
  );

@InputType({ description: 'A file to validate.' })
export class ValidateFileInput {
  static readonly check: z.ZodObject = z.object({
    file: checks.any,
    objectType: checks.any,
    integrationId: checks.integrationId.nullish(),
    uploadId: checks.clientRequestId.nullish(),
  });

  @Field(() => UploadScalar, { description: FILE })
  file!: Promise<UploadedFile>;

  @Field(() => UploadObjectTypeEnum, { description: 'The type of all objects in the file.' })
  objectType!: UploadObjectType;

  @Field(() => ID, { nullable: true, description: INTEGRATION_ID_DESCRIPTION })
  integrationId?: string | null;

  @Field(() => ID, {
    nullable: true,
    description:
      'A name that you choose for this upload, to follow it with the subscription `uploadProgress`: at most 128 letters, ' +
      'digits, `-` and `_`.',
  })
  uploadId?: string | null;
}

@InputType({ description: 'A file to validate and upload.' })
export class UploadFileInput extends ValidateFileInput {
  static override readonly check = ValidateFileInput.check.extend({
    clientRequestId: fileRequestId.nullish(),
    notify: notifyAddress.nullish(),
    validation: checks.any,
  });

  @Field(() => ID, {
    nullable: true,
    description:
      'An ID for this upload, unique in the integration: at most 120 letters, digits, `-` and `_`, not ending like ' +
      '`--p2` or `--r2`. A file is sent at most once under an ID. By default the ID is derived from the content, and the ' +
      'same file is sent again unless nothing else was written since and Gong has not failed it.',
  })
  clientRequestId?: string | null;

  @Field(() => UrlScalar, { nullable: true, description: NOTIFY_DESCRIPTION })
  notify?: string | null;

  @Field(() => ValidationModeEnum, {
    defaultValue: 'ENFORCE',
    description: 'What happens to a file with errors.',
  })
  validation!: ValidationMode;
}
