import { integer } from '../../env.js';

/** What answers may cost in memory. */
export interface AnswerLimits {
  /** Of one answer, about. */
  readonly maxBytes: number;
  /** Of all large answers that clients have not read yet. One caller may have a quarter of it. */
  readonly maxUnreadBytes: number;
}

/** What a deployment can say about answers; part of config.ts. */
export const ANSWER_VARIABLES = {
  MAX_ANSWER_BYTES: integer({ min: 1_024, max: 1_073_741_824, default: 16_777_216 }),
  MAX_UNREAD_ANSWER_BYTES: integer({ min: 1_024, max: 17_179_869_184, default: 134_217_728 }),
};

type Variables = { readonly [Name in keyof typeof ANSWER_VARIABLES]: number };

export function answerLimits(variables: Variables): AnswerLimits {
  return { maxBytes: variables.MAX_ANSWER_BYTES, maxUnreadBytes: variables.MAX_UNREAD_ANSWER_BYTES };
}
