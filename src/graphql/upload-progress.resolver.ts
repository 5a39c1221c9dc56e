import { Authorized, ID, Resolver, Root, Subscription } from 'type-graphql';
import { needScope } from '../auth/caller.js';
import type { FileProgress } from '../writes/files/progress-board.js';
import { CheckedArg, checks, refuseBadValue } from './checked-arg.js';
import type { Context } from './context.js';
import { CostsCalls } from './costs.js';
import { UploadProgress } from './upload.type.js';
import { progressName } from './upload-file.resolver.js';

interface Subscribing {
  readonly args: { readonly uploadId: string };
  readonly context: Context;
}

@Resolver()
export class UploadProgressResolver {
  @Authorized('api:crm:upload')
  @CostsCalls(0)
  @Subscription(() => UploadProgress, {
    description:
      'Follows the upload of a file to which you gave an `uploadId`: what has arrived, been checked and been sent. ' +
      'Subscribe before or while you send the file. Completes with the upload; then follow its requests with ' +
      '`requestStatusChanged`. A file that is refused unread is FAILED, too, unless its `uploadId` was not read either: ' +
      'for example if the `Content-Length` of a multipart request is too large.',
    async subscribe({ args: { uploadId }, context }: Subscribing): Promise<AsyncIterable<FileProgress>> {
      // type-graphql checks the scope only at the first result.
      needScope(context.caller, 'api:crm:upload', 'This subscription');
      refuseBadValue('uploadId', uploadId, checks.clientRequestId);
      // Following makes no call to Gong, so credentials that Gong would refuse must be found out here.
      await context.admission.prove();
      return context.uploads.followUpload(progressName(context.caller, uploadId) ?? uploadId);
    },
  })
  uploadProgress(
    @Root() progress: FileProgress,
    @CheckedArg('uploadId', () => ID, {
      description: 'The name that you gave to the upload.',
      check: checks.clientRequestId,
    })
    uploadId: string,
  ): UploadProgress {
    return { uploadId, ...progress };
  }
}
