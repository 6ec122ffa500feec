import type { RingSpec } from '../model/ring.ts'

type Refusal = { path: string; because: string } | null

/** Of clients that know no weights: any weight but 1 is refused. */
export function refusesWeights(spec: RingSpec, who: string): Refusal {
  const index = spec.nodes.findIndex(({ weight = 1 }) => weight !== 1)
  return index < 0
    ? null
    : { path: `nodes[${index}].weight`, because: `${who} knows no weights: expected 1, found ${spec.nodes[index]!.weight}` }
}

/** The first of several refusals. */
export const firstRefusal = (...refusals: Refusal[]): Refusal => refusals.find((refusal) => refusal !== null) ?? null
