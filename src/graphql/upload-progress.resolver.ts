import { Authorized, ID, Resolver, Root, Subscription } from 'type-graphql';
import { needScope } from '../auth/caller.js';
import { mapIterator } from '../requests/map-iterator.js';
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
      'Follows the upload of a file that you gave an `uploadId`: what has arrived, what was found, what was sent. ' +
      'Subscribe before you send the file, or while it goes. Completes with the upload; then follow its requests ' +
      'with `requestStatusChanged`. A file that is refused before it is read is FAILED, too, unless its `uploadId` ' +
      'was not read either, as where a multipart request is too large by its own word.',
    async subscribe({ args: { uploadId }, context }: Subscribing): Promise<AsyncIterable<UploadProgress>> {
      // type-graphql asks only when the first result is there; nobody may listen before.
      needScope(context.caller, 'api:crm:upload', 'This subscription');
      refuseBadValue('uploadId', uploadId, checks.clientRequestId);
      // It asks nothing of Gong, and must not wait here for people whom Gong would refuse.
      await context.admission.prove();
      const steps = context.uploads.followUpload(progressName(context.caller, uploadId) ?? uploadId);
      return mapIterator(steps, (step) => ({ uploadId, ...step }));
    },
  })
  uploadProgress(
    @Root() progress: UploadProgress,
    @CheckedArg('uploadId', () => ID, {
      description: 'The name that you gave the upload.',
      check: checks.clientRequestId,
    })
    _uploadId: string,
  ): UploadProgress {
    return progress;
  }
}
