import { OP, type References } from './references.ts'
import type { PreparedPart } from './simulate.ts'

/** What is counted of one part of the keys, in all references that there are. */
export type PartCounts = {
  keys: number
  /** From the moment on that counts: those among the references, and of the whole stream before sampling. */
  gets: number
  requests: number
  /** Of all gets from then on. */
  readsShare: number
}

export function partCounts({ at, key, op, part, keys, requests }: References, parts: number, from: number): PartCounts[] {
  if (parts === 0) return []
  const keysOf = new Uint32Array(parts + 1)
  const getsOf = new Uint32Array(parts + 1)
  for (let k = 0; k < keys; k++) keysOf[part?.[k] ?? 0]!++
  let [all, counted] = [0, 0]
  for (let row = 0; row < key.length; row++) {
    if (op[row] !== OP.get) continue
    all++
    if (at[row]! < from) continue
    counted++
    getsOf[part?.[key[row]!] ?? 0]!++
  }
  return Array.from({ length: parts }, (_, i) => ({
    keys: keysOf[i + 1]!,
    gets: getsOf[i + 1]!,
    requests: (requests * getsOf[i + 1]!) / Math.max(1, all),
    readsShare: getsOf[i + 1]! / Math.max(1, counted),
  }))
}

/** The same parts in a sample of those references. The share of their keys is the one that was really drawn: misses follow it. */
export function sampledParts(counts: readonly PartCounts[], sample: References, source: References): PreparedPart[] {
  const keys = new Uint32Array(counts.length + 1)
  for (const one of sample.part ?? []) keys[one]!++
  return counts.map((part, i) => ({
    rate: (source.samplingRate * keys[i + 1]!) / Math.max(1, part.keys),
    requests: part.requests,
    keys: keys[i + 1]!,
  }))
}
