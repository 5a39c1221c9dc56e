const OTHER = 'other';
const LONGEST = 64;

export interface LabelBounds {
  readonly most: number;
  /** Of them, those that one caller may bring. */
  readonly mostOfOne: number;
}

/**
 * Keeps a label's values few where callers choose them: the first so many stand for themselves, all others are
 * `other`. Every value is a series that Prometheus keeps for ever, so only known callers (`by`) bring new ones.
 */
export function createLabelBound({
  most,
  mostOfOne,
}: LabelBounds): (value: string, by: string | null) => string {
  const known = new Set<string>();
  const brought = new Map<string, number>();
  return (value, by) => {
    if (known.has(value)) return value;
    if (by === null || value.length > LONGEST || known.size >= most) return OTHER;
    const before = brought.get(by) ?? 0;
    if (before >= mostOfOne) return OTHER;
    brought.set(by, before + 1);
    known.add(value);
    return value;
  };
}
