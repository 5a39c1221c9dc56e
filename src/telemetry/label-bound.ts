const OTHER = 'other';
const LONGEST = 64;

export interface LabelBounds {
  readonly most: number;
  /** How many of them one caller may add. */
  readonly mostPerCaller: number;
}

/**
 * Bounds the values of a label that callers choose: the first `most` values are kept, all others become `other`. Prometheus
 * keeps a series for every value for ever, so only authenticated callers (`by`) can add one.
 */
export function createLabelBound({
  most,
  mostPerCaller,
}: LabelBounds): (value: string, by: string | null) => string {
  const known = new Set<string>();
  const brought = new Map<string, number>();
  return (value, by) => {
    if (known.has(value)) return value;
    if (by === null || value.length > LONGEST || known.size >= most) return OTHER;
    const before = brought.get(by) ?? 0;
    if (before >= mostPerCaller) return OTHER;
    brought.set(by, before + 1);
    known.add(value);
    return value;
  };
}
