import type { z } from 'zod';
import { HttpError } from '../http.js';

/** Checking more would block the process. */
const MAX_ELEMENTS = 5_000;
export const MAX_PROBLEMS = 20;

/**
 * Checks a body that must be a JSON array.
 *
 * @throws HttpError 400 that names each invalid element and property
 */
export function parseElements<T extends z.ZodType>(element: T, body: unknown, whatOf: string): z.output<T>[] {
  if (!Array.isArray(body)) throw new HttpError(400, [`The body must be a JSON array of ${whatOf}`]);
  if (body.length > MAX_ELEMENTS) {
    throw new HttpError(400, [
      `The body must not have more than ${MAX_ELEMENTS} ${whatOf}, got ${body.length}`,
    ]);
  }
  const elements: z.output<T>[] = [];
  const problems: string[] = [];
  for (const [index, value] of body.entries()) {
    const result = element.safeParse(value);
    if (result.success) elements.push(result.data);
    else {
      problems.push(
        ...result.error.issues.map(
          (issue) => `[${index}] ${[...issue.path.map(String), issue.message].join(' ')}`,
        ),
      );
    }
    if (problems.length >= MAX_PROBLEMS) break;
  }
  if (problems.length > 0) throw new HttpError(400, problems.slice(0, MAX_PROBLEMS));
  return elements;
}
