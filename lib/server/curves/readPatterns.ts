import { OP, type References } from '../../curves/references.ts'

const MOST = 20

/** The patterns that are read most, with their shares of all gets: what a question may ask as parts. `patternOf`: by key its pattern's place + 1. */
export function readPatterns(
  { key, op }: Pick<References, 'key' | 'op'>,
  patterns: readonly string[],
  patternOf: ArrayLike<number>,
): { pattern: string; readsShare: number }[] {
  if (patterns.length === 0) return []
  const reads = new Float64Array(patterns.length + 1)
  let all = 0
  for (let row = 0; row < key.length; row++) {
    if (op[row] !== OP.get) continue
    all++
    reads[patternOf[key[row]!]!]!++
  }
  return patterns
    .map((pattern, place) => ({ pattern, readsShare: reads[place + 1]! / Math.max(1, all) }))
    .filter(({ readsShare }) => readsShare > 0)
    .sort((a, b) => b.readsShare - a.readsShare)
    .slice(0, MOST)
}
