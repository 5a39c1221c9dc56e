const OTHER = 'other';
const LONGEST = 64;

/**
 * Keeps a label's values few where callers choose them: the first so many stand for themselves, all others are
 * `other`. Every value is a series that Prometheus keeps for ever.
 */
export function createLabelBound(most: number): (value: string) => string {
  const known = new Set<string>();
  return (value) => {
    if (known.has(value)) return value;
    if (value.length > LONGEST || known.size >= most) return OTHER;
    known.add(value);
    return value;
  };
}
