import { sidesOf } from './band.ts'
import type { Simulated } from './simulate.ts'
import type { Study } from './study.ts'

/** What a part of the keys would do in the cache that it shares with all others. */
export type Part = {
  match: string
  /** Of its gets, with the band of a real server as the whole's; null: too few of them to tell. */
  hitRatio: { value: number; low: number; high: number } | null
  /** Its gets that miss; null: not known either. */
  fills: number | null
  /** Its share of all gets. */
  readsShare: number
  /** Of what is read of it: ms since it was stored. null: nothing is. */
  age: { mean: number; p95: number } | null
  /** What it holds on average, without what the server takes for itself; bytes null: the references do not say how large values are. */
  held: { keys: number; bytes: number | null }
}

/** Fewer gets say nothing; and of a sample fewer keys. */
const GETS_LEAST = 100
const SAMPLED_KEYS_LEAST = 20
/** How much further the model may be off in a part than in the whole, where errors of parts even out: measured (bench/curves.bench.ts). */
const PART_ERROR = 0.005

/** Each part of the keys that the question tells apart, at one size of the cache. */
export function partsOf(study: Study, rate: number, simulated: Simulated): Part[] {
  const { parts: prepared } = study.sample(rate)
  return (study.question.parts ?? []).map(({ match }, i): Part => {
    const { gets, readsShare } = study.parts[i]!
    const { rate: share, keys, requests } = prepared[i]!
    const { ages, ...held } = simulated.outcome.parts[i]!
    const known = gets >= GETS_LEAST && (share >= 1 || keys >= SAMPLED_KEYS_LEAST)
    const estimate = simulated.parts[i]!
    const value = clamped(estimate.hitRatio)
    const { below, above } = sidesOf(estimate, study.server.error + PART_ERROR, simulated.outcome.refused > 0)
    const perLook = Math.max(1, held.looks) * (share || 1)
    return {
      match,
      hitRatio: known ? { value, low: clamped(estimate.hitRatio - below), high: clamped(estimate.hitRatio + above) } : null,
      fills: known ? Math.round((1 - value) * requests) : null,
      readsShare,
      age: ages.count > 0 ? { mean: ages.mean!, p95: ages.quantile(0.95)! } : null,
      held: { keys: Math.round(held.keys / perLook), bytes: study.bytesKnown ? Math.round(held.bytes / perLook) : null },
    }
  })
}

const clamped = (ratio: number) => Math.min(1, Math.max(0, ratio))
