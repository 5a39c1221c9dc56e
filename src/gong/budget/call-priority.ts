/** What waits for whom when calls queue for the budget: what a person waits for goes first. */
export type CallPriority = 'interactive' | 'upload' | 'poll';
