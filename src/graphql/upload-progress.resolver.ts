import { Authorized, ID, Resolver, Root, Subscription } from 'type-graphql';
import { needScope } from '../auth/caller.js';
import type { FileProgress } from '../writes/files/progress-board.js';
import { CheckedArg, checks, refuseBadValue } from './checked-arg.js';
import type { Context } from './context.js';
import { UploadProgress } from './upload.type.js';
import { progressName } from './upload-file.resolver.js';

interface Subscribing {
  readonly args: { readonly uploadId: string };
  readonly context: Context;
}

@Resolver()
export class UploadProgressResolver {
  @Authorized('api:crm:upload')
  @Subscription(() => UploadProgress, {
    description:
      'Follows the upload of a file that you gave an `uploadId`: what has arrived, what was found, what was sent. ' +
      'Subscribe before you send the file, or while it goes. Completes with the upload; then follow its requests ' +
      'with `requestStatusChanged`. A file that is refused before it is read is FAILED, too, unless its `uploadId` ' +
      'was not read either, as where a multipart request is too large by its own word.',
    async subscribe({ args: { uploadId }, context }: Subscribing): Promise<AsyncIterable<FileProgress>> {
      // type-graphql asks only when the first result is there; nobody may listen before.
      needScope(context.caller, 'api:crm:upload', 'This subscription');
      refuseBadValue('uploadId', uploadId, checks.clientRequestId);
      // It asks nothing of Gong, and must not wait here for people whom Gong would refuse.
      await context.admission.prove();
      return context.uploads.followUpload(progressName(context.caller, uploadId) ?? uploadId);
    },
  })
  uploadProgress(
    @Root() progress: FileProgress,
    @CheckedArg('uploadId', () => ID, {
      description: 'The name that you gave the upload.',
      check: checks.clientRequestId,
    })
    uploadId: string,
  ): UploadProgress {
    return { uploadId, ...progress };
  }
}
