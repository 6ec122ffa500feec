import { type ArchiveStatements, COARSE, FINE } from './archiveStatements.ts'
import { type Chunks, unpackedOf } from './chunks.ts'
import type { OnDamaged } from './damagedRows.ts'
import type { ProgressCache } from './progress.ts'
import { addSample, COARSE_MS, coarser, decodeRollups, encodeRollups, FINE_MS, type Rollup } from './rollup.ts'

const HOUR = 3_600_000
/** How much time one blob of stretches holds. */
export const FINE_BLOCK = 6 * HOUR
export const COARSE_BLOCK = 24 * HOUR

type Parts = { statements: ArchiveStatements; chunks: Chunks; progress: ProgressCache; onDamaged: OnDamaged }

/**
 * The rollups on the disk: of each series one blob for six hours of 10 s stretches and one for a day of 5 min stretches, each made of the
 * finer samples once its time is over.
 */
export class Stretches {
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
  }

  /** Stretches that begin in [from, to), of 5 min where `coarse` and they are made, else of 10 s. */
  *rollups(id: number, metric: string, from: number, to: number, coarse: boolean): Generator<Rollup> {
    const { coarseTo, fineTo } = this.#parts.progress.of(id)
    const boundary = coarse ? Math.max(from, Math.min(to, coarseTo)) : from
    yield* this.#read(id, metric, COARSE, from, boundary)
    yield* this.#read(id, metric, FINE, boundary, Math.min(to, fineTo))
  }

  /** Makes the stretches that are due. Call inside a transaction. */
  condense(id: number, metric: string, stepMs: number, now: number): void {
    const { progress } = this.#parts
    const { fineTo, coarseTo } = progress.of(id)
    // Not all series at midnight.
    if (now < fineTo + FINE_BLOCK + ((id * 0.618_034) % 1) * (FINE_BLOCK / 4)) return
    const fineEnd = downTo(now, FINE_BLOCK)
    for (const [start, rollups] of blocks(this.#rolledUp(id, stepMs, fineTo, fineEnd), FINE_BLOCK))
      this.#replace(id, FINE, start, encodeRollups(rollups, metric, FINE_MS))
    const coarseEnd = downTo(fineEnd, COARSE_BLOCK)
    if (coarseEnd > coarseTo)
      for (const [start, rollups] of blocks(coarser([...this.#read(id, metric, FINE, coarseTo, coarseEnd)], COARSE_MS), COARSE_BLOCK))
        this.#replace(id, COARSE, start, encodeRollups(rollups, metric, COARSE_MS))
    progress.condensed(id, fineEnd, coarseEnd)
  }

  /** Has the stretches from that moment on made again: samples of their time were replaced. */
  redoFrom(id: number, first: number): void {
    const { coarseTo } = this.#parts.progress.of(id)
    this.#parts.progress.condensed(id, downTo(first, FINE_BLOCK), Math.min(coarseTo, downTo(first, COARSE_BLOCK)))
  }

  #replace(id: number, level: typeof FINE | typeof COARSE, start: number, data: Uint8Array): void {
    const { statements } = this.#parts
    statements.eraseBlock.run(id, level, start)
    statements.write.run(id, level, start, data)
  }

  /** 10 s stretches of the flushed samples of [from, to). */
  #rolledUp(id: number, stepMs: number, from: number, to: number): Rollup[] {
    const out: Rollup[] = []
    let before: { at: number; value: number } | null = null
    for (const { at, value } of this.#parts.chunks.samples(id, from - 1, to)) {
      for (let i = 0; i < at.length && at[i]! < to; i++) {
        const sample = { at: at[i]!, value: value[i]! }
        if (sample.at >= from) addSample(out, sample, before, stepMs, FINE_MS)
        before = sample
      }
    }
    return out
  }

  *#read(id: number, metric: string, level: typeof FINE | typeof COARSE, from: number, to: number): Generator<Rollup> {
    if (from >= to) return
    const { statements, onDamaged } = this.#parts
    const stepMs = level === FINE ? FINE_MS : COARSE_MS
    for (const row of statements.read.all({ id, level, from: Math.floor(from), to: Math.ceil(to) }))
      for (const rollup of unpackedOf(row, (data) => decodeRollups(data, metric, stepMs), onDamaged) ?? [])
        if (rollup.at >= from && rollup.at < to) yield rollup
  }
}

export const downTo = (ms: number, block: number) => Math.floor(ms / block) * block

/** Stretches in the order of time, by the block that they lie in. */
function blocks(rollups: readonly Rollup[], block: number): Map<number, Rollup[]> {
  const out = new Map<number, Rollup[]>()
  for (const rollup of rollups) {
    const start = downTo(rollup.at, block)
    const there = out.get(start)
    if (there) there.push(rollup)
    else out.set(start, [rollup])
  }
  return out
}
