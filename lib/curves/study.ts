import { behindLocalCache } from './localCache.ts'
import { redisWeights } from './memory.ts'
import { type PartCounts, partCounts, sampledParts } from './partCounts.ts'
import { type Plan, planOf } from './plan.ts'
import type { Question } from './question.ts'
import type { References } from './references.ts'
import { sampled } from './sampling.ts'
import { type ServerModel, serverOf } from './server.ts'
import { getsFrom, type Prepared } from './simulate.ts'
import { told } from './told.ts'

/** The share of the time that only warms the cache up when its steady state is asked for. */
const WARM_UP = 0.5
/** Of so many keys the mean of what a key takes is close enough to plan by. */
const COST_KEYS = 10_000

/** A question about references, made ready: in the server's own terms, how finely to simulate, and samples that its sizes share. */
export class Study {
  readonly question: Question
  readonly server: ServerModel
  /** Whether sizes of values and lengths of keys are known, so that bytes can be told. */
  readonly bytesKnown: boolean
  readonly plan: Plan
  /** The time that counts, ms. */
  readonly spanMs: number
  readonly #references: References
  readonly #samples = new Map<number, Prepared>()
  #parts: PartCounts[] | null = null

  constructor(references: References, question: Question) {
    const { sizes, local, steady } = question
    this.question = question
    this.#references = references
    this.server = serverOf(question)
    const few = told(sampled(references, Math.min(1, COST_KEYS / Math.max(1, references.keys))))
    const costs = few.sizesTold ? this.#costs(few) : null
    this.bytesKnown = costs !== null
    const { emptyBytes, bytesOf } = this.server
    const each = costs ? costs.reduce((sum, cost) => sum + bytesOf(cost), 0) / Math.max(1, costs.length) : 1
    const keys = sizes.keys ?? sizes.bytes.map((bytes) => (bytes - emptyBytes) / each)
    this.plan = planOf(references, local ? keys.map((some) => Math.min(some, local.keys)) : keys)
    const { at } = references
    this.spanMs = at.length > 0 ? (at.at(-1)! - at[0]!) * (steady ? 1 - WARM_UP : 1) : 0
  }

  /** That share of the keys, ready to be replayed. */
  sample(rate: number): Prepared {
    const known = this.#samples.get(rate) ?? this.#prepare(rate)
    this.#samples.set(rate, known)
    return known
  }

  /** The smallest sample that was used. */
  get smallest(): Prepared {
    return this.sample(Math.min(...this.#samples.keys()))
  }

  /** What is counted of each part of the keys, in all references. */
  get parts(): PartCounts[] {
    this.#parts ??= partCounts(this.#references, this.question.parts?.length ?? 0, this.#momentIn(this.#references))
    return this.#parts
  }

  #momentIn({ at }: References): number {
    return this.question.steady ? at[0]! + WARM_UP * (at.at(-1)! - at[0]!) : Number.NEGATIVE_INFINITY
  }

  #costs(references: References): Uint32Array | null {
    return this.question.keyWeight === undefined ? this.server.costs(references) : redisWeights(references)
  }

  #prepare(rate: number): Prepared {
    const { local } = this.question
    const all = told(sampled(this.#references, rate))
    const moment = this.#momentIn(all)
    const requests = all.requests * (getsFrom(all, rowAt(all, moment)) / Math.max(1, getsFrom(all, 0)))
    const references = local ? behindLocalCache(all, local) : all
    return {
      references,
      server: this.server,
      costs: this.#costs(references) ?? new Uint32Array(references.key.length),
      from: rowAt(references, moment),
      requests,
      parts: sampledParts(this.parts, all, this.#references),
    }
  }
}

/** The first row at that time or later. */
function rowAt({ at }: References, moment: number): number {
  let row = 0
  while (row < at.length && at[row]! < moment) row++
  return row
}
