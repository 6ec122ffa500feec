import type { Archive } from './archive.ts'
import type { History } from './history.ts'
import type { SeriesQuota } from './quota.ts'
import { type SeriesMemory, targetOf } from './seriesMemory.ts'
import type { SeriesWriter } from './seriesWriter.ts'

/** Silent series that leave memory in one tick, and in one part of it: more would hold everything else up. */
const EVICTED_MOST = 500
const EVICTED_AT_ONCE = 20
/** Of a target that has no room for new series, those that fell silent for this long make room. */
const TIGHT_MS = 2 * 60_000

type Options = {
  memory: SeriesMemory
  writer: SeriesWriter
  archive: Archive
  quota: SeriesQuota
  windowMs: number
  now(): number
}

/** The eviction of silent series from memory; on the disk they stay. */
export class Eviction {
  readonly #options: Options
  /** Series that are to leave memory. */
  #leaving: History[] = []

  constructor(options: Options) {
    this.#options = options
  }

  /** Evicts every series without a sample since then. */
  before(moment: number): void {
    this.#evict([...this.#options.memory.all()].filter(({ lastAt }) => lastAt < moment))
  }

  /** Finds the series that are silent for so long that memory need not hold them; some leave it at each tick. */
  plan(at: number): void {
    const { memory, quota, windowMs } = this.#options
    const tight = quota.refused(at)
    const isSilent = (history: History) => history.lastAt < at - (tight.has(targetOf(history)) ? TIGHT_MS : 2 * windowMs)
    this.#leaving = [...memory.all()].filter(isSilent)
  }

  /** Of one tick, part by part. */
  *tick(at: number): Generator<void> {
    for (let evicted = 0; evicted < EVICTED_MOST && this.#leaving.length > 0; evicted += EVICTED_AT_ONCE) {
      // One may have had a sample again.
      this.#evict(this.#leaving.slice(0, EVICTED_AT_ONCE).filter(({ lastAt, gone }) => !gone && lastAt < at - TIGHT_MS))
      this.#leaving = this.#leaving.slice(EVICTED_AT_ONCE)
      yield
    }
  }

  #evict(silent: readonly History[]): void {
    const { memory, writer, archive, now } = this.#options
    if (silent.length === 0) return
    writer.transaction(() => [memory.addRows(), ...writer.flush(silent, now())])
    for (const { id } of silent) archive.forget(id)
    memory.release(silent)
  }
}
