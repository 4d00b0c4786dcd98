/** Side-by-side measuring: what is compared runs in turn, A B A B, in one run, and the ratio is taken pair by pair. */
export interface Measured {
  seconds: number;
  bytes?: number;
  peakMegabytes?: number;
}

export type Subject = () => Promise<Measured>;

export interface Comparison {
  a: Measured[];
  b: Measured[];
  /** The median over the pairs of a's seconds divided by b's. */
  ratio: number;
}

export async function compare(a: Subject, b: Subject, pairs: number): Promise<Comparison> {
  const comparison: Comparison = { a: [], b: [], ratio: 0 };
  for (let i = 0; i < pairs; i++) {
    comparison.a.push(await a());
    comparison.b.push(await b());
  }
  comparison.ratio = median(
    comparison.a.map((measured, i) => measured.seconds / (comparison.b[i] as Measured).seconds),
  );
  return comparison;
}

export function median(values: number[]): number {
  const sorted = [...values].sort((x, y) => x - y);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1
    ? (sorted[middle] as number)
    : ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2;
}
