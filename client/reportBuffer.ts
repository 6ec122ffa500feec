/** References of some seconds that are sent together. `id`: what is sent twice is counted once. */
export type Batch = { id: string; lines: string[]; gets: number; tried: boolean; from: number; to: number }
/** When references were dropped, epoch ms. */
export type Missing = { from: number; to: number }

/** About 200 kB. */
const BATCH_LINES = 4_000
/** A cache that is read and of whose keys none is in the sample still counts its reads. */
const BATCH_GETS = 1_000_000

/** A bounded queue of batches: the oldest is dropped where too many wait, and when that was is kept until it has been told. */
export class ReportBuffer {
  /** References that were dropped, since the beginning. */
  lost = 0
  /** What was dropped and not told yet. */
  missing: Missing | null = null
  readonly #most: number
  readonly #name = Math.random().toString(36).slice(2, 12)
  #count = 0
  #held = 0
  #open: Batch | null = null
  readonly #waiting: Batch[] = []

  constructor(most: number) {
    this.#most = most
  }

  add(at: number, line: string | null, isGet: boolean): void {
    this.#open ??= { id: `${this.#name}-${++this.#count}`, lines: [], gets: 0, tried: false, from: at, to: at }
    const { lines } = this.#open
    this.#open.to = at
    if (isGet) this.#open.gets++
    if (line !== null) {
      lines.push(line)
      this.#held++
    }
    if (lines.length >= BATCH_LINES || this.#open.gets >= BATCH_GETS) this.#close()
    // The first may be on its way.
    while (this.#held > this.#most && this.#waiting.length > 0)
      this.drop((this.#waiting[0]!.tried ? this.#waiting[1] : undefined) ?? this.#waiting[0]!)
  }

  /** The batch that is to be sent next; null: nothing waits. It changes no more: it may have arrived without an answer. */
  next(): Batch | null {
    const first = this.#waiting[0] ?? null
    if (first) first.tried = true
    return first
  }

  /** What was recorded until now waits, in one batch with what was never sent where there is room. */
  collect(): void {
    this.#close()
  }

  taken(batch: Batch): void {
    if (this.#remove(batch)) this.#held -= batch.lines.length
  }

  drop(batch: Batch): void {
    if (!this.#remove(batch)) return
    this.#held -= batch.lines.length
    this.lose(batch.lines.length, batch.from, batch.to)
  }

  /** So many references of that time will never arrive. */
  lose(count: number, from: number, to: number): void {
    this.lost += count
    this.missing = { from: Math.min(from, this.missing?.from ?? from), to: Math.max(to, this.missing?.to ?? to) }
  }

  #remove(batch: Batch): boolean {
    const index = this.#waiting.indexOf(batch)
    if (index >= 0) this.#waiting.splice(index, 1)
    return index >= 0
  }

  #close(): void {
    const open = this.#open
    if (!open) return
    this.#open = null
    const last = this.#waiting.at(-1)
    const fits = last && !last.tried && last.lines.length + open.lines.length <= BATCH_LINES && last.gets + open.gets <= BATCH_GETS
    if (!fits) return void this.#waiting.push(open)
    last.lines.push(...open.lines)
    last.gets += open.gets
    last.to = open.to
  }
}
