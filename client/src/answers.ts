import { errorOf, type GraphqlError, invalidAnswer } from './errors.js';

export interface Answer {
  readonly data?: unknown;
  readonly errors?: unknown;
}

/** @throws InvalidAnswerError unless the text is a JSON object */
export function parseAnswer(text: string, response: Response): Answer {
  try {
    const answer: unknown = JSON.parse(text);
    if (typeof answer === 'object' && answer !== null) return answer;
  } catch {
    // Thrown below.
  }
  throw invalidAnswer(response, text);
}

/** @throws GatewayError for errors, InvalidAnswerError if there are neither errors nor data */
export function dataOf(answer: Answer, response: Response): unknown {
  const { data, errors } = answer;
  if (isErrors(errors)) throw errorOf(errors, response, data);
  if (typeof data !== 'object' || data === null) throw invalidAnswer(response, JSON.stringify(answer));
  return data;
}

/** For an answer that is not a result: throws its errors, if it has any. */
export function refuse(answer: Answer, text: string, response: Response): never {
  dataOf(answer, response);
  throw invalidAnswer(response, text);
}

function isErrors(errors: unknown): errors is readonly GraphqlError[] {
  return (
    Array.isArray(errors) &&
    errors.length > 0 &&
    errors.every((error) => typeof error === 'object' && error !== null && 'message' in error)
  );
}
