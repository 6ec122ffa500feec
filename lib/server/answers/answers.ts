import { LRUCache } from 'lru-cache'
import type { AppEvent } from '../../model/events.ts'
import { type SharedAnswer, sharedAnswer } from './sharedAnswer.ts'

/** What an answer is made of: the states of the targets, or the documents too (findings, proposals, changes, …). */
export type MadeOf = 'targets' | 'everything'

/** A cache of the answers that read the same for whoever may ask. A thousand open pages cost as much as one. */
export interface Answers {
  /**
   * The answer of the call with that key, from what is kept or is being made, if neither is older than what it is made of. What is measured all
   * the time, such as a rate, may be one second old in it.
   */
  of(key: string, madeOf: MadeOf, make: () => unknown): Promise<SharedAnswer>
  /** Something was changed through the API: whoever asks from now on gets what is made from now on. */
  changed(): void
  /** The same of what the engine tells. */
  heard(event: AppEvent): void
}

/** An answer of this age is given as it is. */
const FRESH_MS = 250
/** One of this age is given too, and made anew meanwhile: nobody waits for it while somebody asks every second. */
const STALE_MS = 1_000
const KEPT_MOST = 200
const KEPT_BYTES = 16 << 20

type Made = { answer: SharedAnswer; version: number; madeAt: number }
type Making = { version: number; answer: Promise<SharedAnswer> }

/** `monotonic`: ms of a clock that nobody sets. */
export function createAnswers({ monotonic }: { monotonic(): number }): Answers {
  const versions: Record<MadeOf, number> = { targets: 0, everything: 0 }
  const kept = new LRUCache<string, Made>({ max: KEPT_MOST, maxSize: KEPT_BYTES, sizeCalculation: ({ answer }) => answer.size })
  const making = new Map<string, Making>()
  /** By key: what is made as soon as that which is outdated before it is finished is. */
  const next = new Map<string, Promise<SharedAnswer>>()

  async function begin(key: string, madeOf: MadeOf, make: () => unknown): Promise<SharedAnswer> {
    const version = versions[madeOf]
    const answer = (async () => sharedAnswer(await make()))()
    making.set(key, { version, answer })
    try {
      const finished = await answer
      // From now on: where making takes longer than it is kept, everybody would wait for one of their own.
      kept.set(key, { answer: finished, version, madeAt: monotonic() })
      return finished
    } finally {
      making.delete(key)
    }
  }

  function newest(key: string, madeOf: MadeOf, make: () => unknown): Promise<SharedAnswer> {
    const running = making.get(key)
    if (!running) return begin(key, madeOf, make)
    if (running.version === versions[madeOf]) return running.answer
    const queued = next.get(key)
    if (queued) return queued
    // What is being made was begun before something changed. Two of one key are never made at the same time.
    const later = running.answer.then(nothing, nothing).then(() => {
      next.delete(key)
      return newest(key, madeOf, make)
    })
    next.set(key, later)
    return later
  }

  return {
    async of(key, madeOf, make) {
      const made = kept.get(key)
      if (made?.version !== versions[madeOf]) return newest(key, madeOf, make)
      const age = monotonic() - made.madeAt
      if (age >= STALE_MS) return newest(key, madeOf, make)
      // Whoever asks next is told what went wrong.
      if (age >= FRESH_MS) newest(key, madeOf, make).catch(nothing)
      return made.answer
    },
    changed() {
      versions.targets++
      versions.everything++
    },
    heard({ type }) {
      if (type === 'sample') return
      versions.everything++
      if (type === 'target' || type === 'clock') versions.targets++
    },
  }
}

const nothing = () => {}
