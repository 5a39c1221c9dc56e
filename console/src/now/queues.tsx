import type { CallBudgetFieldsFragment } from 'gong-crm-graphql-client';
import { counted } from '../parts/format.js';

interface QueuesProps {
  readonly queued: CallBudgetFieldsFragment['queued'];
  /** `null`: there is no queue of changes. */
  readonly objects: number | null;
}

export function Queues({ queued, objects }: QueuesProps) {
  return (
    <dl class="facts">
      <dt>Reads</dt>
      <dd>{counted(queued.read, 'call')}</dd>
      <dt>Writes</dt>
      <dd>{counted(queued.write, 'call')}</dd>
      <dt>Polls</dt>
      <dd>{counted(queued.poll, 'call')}</dd>
      <dt>Changes</dt>
      <dd>{objects === null ? 'no queue: set DATA_DIR or REDIS_URL' : counted(objects, 'object')}</dd>
    </dl>
  );
}
