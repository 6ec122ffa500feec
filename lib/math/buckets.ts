/**
 * A quantile of cumulative buckets, straight within one, as Prometheus's `histogram_quantile`. `bounds` are the upper bounds of the buckets, in
 * rising order, and the last may be infinite; undefined where the quantile lies beyond the last finite one. Pure.
 */
export function bucketQuantile(bounds: readonly number[], cumulative: readonly number[], all: number, part: number): number | undefined {
  const wanted = all * part
  const i = cumulative.findIndex((value) => value >= wanted)
  if (i < 0 || !Number.isFinite(bounds[i]!)) return undefined
  const [from, low] = i === 0 ? [0, 0] : [bounds[i - 1]!, cumulative[i - 1]!]
  const width = cumulative[i]! - low
  return from + (width > 0 ? (bounds[i]! - from) * ((wanted - low) / width) : 0)
}
