import { type FileHandle, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { breathe } from '../../engine/breathe.ts'
import type { Accesses } from '../../model/reference.ts'
import { headerBytes, putAccess, putCount, putGap, ROW, readHeader, rowsBelow } from './segmentRows.ts'
import { ValueTags } from './valueTags.ts'

export const ALL_KEYS = 2 ** 32
export const SEGMENT_NAME = /^\d{13}\.rows$/
export const patternsOf = (segment: string) => segment.replace(/rows$/, 'patterns')
const HOUR_MS = 3_600_000
/** 1.5 MB: one is read, sampled and written in a few ms. */
const SEGMENT_ROWS = 1 << 16
const PATTERNS_MAX = 1_000
/** So many rows are made without a pause, about 5 ms. */
const SLICE_ROWS = 8_192
/** A log that is emptier than this may hold twice the keys. */
const ROOMY = 1 / 4
const WAITING_MAX = 64

export type LogLimits = { keepMs: number; rowsMax: number }
type Segment = { name: string; threshold: number; rows: number; endedAt: number }
type Current = Segment & {
  start: number
  file: FileHandle
  patternsFile: FileHandle | null
  patternsAt: number
  patterns: Map<string, number>
}

/**
 * The references of one target on the disk: an append-only log in segments of at most an hour, with a fixed-size spatial sample (SHARDS): when
 * it is full, the threshold of the hash is halved and what lies above it removed, so that any traffic and any number of keys takes bounded
 * room. Segments go when `keepMs` is over. Nothing is held in memory.
 */
export class SegmentLog {
  readonly #folder: string
  readonly #limits: LogLimits
  readonly #now: () => number
  #threshold = ALL_KEYS
  #segments: Segment[] | null = null
  #current: Current | null = null
  #work: Promise<void> = Promise.resolve()
  #waiting = 0
  readonly #tags = new ValueTags()

  constructor(folder: string, limits: LogLimits, now: () => number) {
    this.#folder = folder
    this.#limits = limits
    this.#now = now
  }

  /** Whether so much waits for the disk that more would only fill the memory. */
  get full(): boolean {
    return this.#waiting >= WAITING_MAX
  }

  /** Appends accesses; they are in the file when it resolves. Those outside of the sample are only counted. */
  add(accesses: Accesses): Promise<void> {
    return this.#inTurn(() => this.#add(accesses))
  }

  /** Removes what is too old. */
  sweep(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#open()
      await this.#dropOld()
    })
  }

  close(): Promise<void> {
    return this.#inTurn(() => this.#end())
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    this.#waiting++
    const done = this.#work.then(work).finally(() => {
      this.#waiting--
    })
    this.#work = done.catch(() => {})
    return done
  }

  async #add({ list, rate, gets, resumed, missing }: Accesses): Promise<void> {
    await this.#open()
    const now = this.#now()
    const before = this.#current?.endedAt ?? this.#segments!.at(-1)?.endedAt
    const current = await this.#currentFor(
      now,
      Math.min(this.#threshold, rate === null ? ALL_KEYS : Math.max(1, Math.round(rate * ALL_KEYS))),
    )
    const bytes = Buffer.allocUnsafe((list.length + 3) * ROW)
    const news: string[] = []
    let used = 0
    for (const gap of [resumed && before !== undefined && before < now && { from: before, to: now }, missing])
      if (gap) {
        putGap(bytes, used, current.start, gap)
        used += ROW
      }
    let [highest, counted] = [0, 0]
    for (const access of list) {
      if (access.op === 0) counted++
      if (access.high > highest) highest = access.high
      if (access.high >= current.threshold) continue
      putAccess(bytes, used, current.start, this.#tags.compared(access), patternOf(current, access.pattern, news))
      used += ROW
      if (used % (SLICE_ROWS * ROW) === 0) await breathe()
    }
    const all = gets ?? (rate === null ? counted : Math.round(counted / rate))
    const told = gets !== null || rate !== null
    putCount(bytes, used, current.start, { at: list.at(-1)?.at ?? now, gets: all, told, high: highest })
    used += ROW
    if (news.length > 0) await this.#writePatterns(current, news)
    // At the end of what is known to be whole: what a full disk cut short is written over.
    await current.file.write(bytes, 0, used, (current.rows + 1) * ROW)
    current.rows += used / ROW
    current.endedAt = now
    if (this.#rows() > this.#limits.rowsMax && this.#threshold > 1) await this.#lower()
  }

  async #open(): Promise<void> {
    if (this.#segments) return
    await mkdir(this.#folder, { recursive: true, mode: 0o700 })
    const found: Segment[] = []
    for (const name of await readdir(this.#folder)) {
      if (!SEGMENT_NAME.test(name)) {
        if (!name.endsWith('.patterns')) await rm(join(this.#folder, name), { force: true, recursive: true })
        continue
      }
      const segment = await this.#look(name)
      if (segment) found.push(segment)
      else await this.#remove(name)
    }
    found.sort((a, b) => (a.name < b.name ? -1 : 1))
    this.#segments = found
    this.#threshold = Math.min(ALL_KEYS, found.at(-1)?.threshold ?? ALL_KEYS)
    await this.#dropOld()
  }

  async #look(name: string): Promise<Segment | null> {
    const file = await open(join(this.#folder, name), 'r')
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(ROW), 0, ROW, 0)
      const header = readHeader(buffer.subarray(0, bytesRead))
      const { size, mtimeMs } = await file.stat()
      return header && { name, threshold: header.threshold, rows: Math.floor(size / ROW) - 1, endedAt: mtimeMs }
    } finally {
      await file.close()
    }
  }

  async #currentFor(now: number, threshold: number): Promise<Current> {
    const before = this.#current
    const goesOn = before && now - before.start < HOUR_MS && now >= before.start - HOUR_MS && before.rows < SEGMENT_ROWS
    // A source that lets more through waits for the next segment: several that differ would make one each second.
    if (goesOn && before.threshold <= threshold) return before
    await this.#end()
    await this.#dropOld()
    const roomy = this.#rows() < ROOMY * this.#limits.rowsMax
    if (before && now - before.start >= HOUR_MS && roomy) this.#threshold = Math.min(ALL_KEYS, this.#threshold * 2)
    const last = Number(this.#segments!.at(-1)?.name.slice(0, 13) ?? 0)
    const start = Math.max(Math.round(now), last + 1)
    const name = `${String(start).padStart(13, '0')}.rows`
    const file = await open(join(this.#folder, name), 'w', 0o600)
    await file.write(headerBytes({ start, threshold }), 0, ROW, 0)
    const made = { name, start, threshold, rows: 0, endedAt: now, file, patternsFile: null, patternsAt: 0, patterns: new Map() }
    this.#current = made
    return made
  }

  async #end(): Promise<void> {
    const current = this.#current
    if (!current) return
    this.#current = null
    await current.file.close()
    await current.patternsFile?.close()
    const { name, threshold, rows, endedAt } = current
    this.#segments!.push({ name, threshold, rows, endedAt })
  }

  async #writePatterns(current: Current, news: string[]): Promise<void> {
    current.patternsFile ??= await open(join(this.#folder, patternsOf(current.name)), 'w', 0o600)
    const text = Buffer.from(news.map((pattern) => `${pattern}\n`).join(''))
    await current.patternsFile.write(text, 0, text.length, current.patternsAt)
    current.patternsAt += text.length
  }

  #rows(): number {
    return (this.#segments ?? []).reduce((sum, segment) => sum + segment.rows, this.#current?.rows ?? 0)
  }

  /** Halves the sample: each segment is written anew beside itself, and takes its place whole. */
  async #lower(): Promise<void> {
    await this.#end()
    this.#threshold /= 2
    for (const segment of this.#segments!) {
      if (segment.threshold <= this.#threshold) continue
      const path = join(this.#folder, segment.name)
      const bytes = await readFile(path)
      const header = readHeader(bytes)
      if (!header) continue
      const kept = rowsBelow(bytes, { ...header, threshold: this.#threshold })
      await writeFile(`${path}.new`, kept, { mode: 0o600 })
      await rename(`${path}.new`, path)
      segment.threshold = this.#threshold
      segment.rows = kept.length / ROW - 1
    }
  }

  async #dropOld(): Promise<void> {
    const over = this.#now() - this.#limits.keepMs
    const old = this.#segments!.filter(({ endedAt }) => endedAt < over)
    for (const { name } of old) await this.#remove(name)
    if (old.length > 0) this.#segments = this.#segments!.filter((segment) => !old.includes(segment))
  }

  async #remove(name: string): Promise<void> {
    await rm(join(this.#folder, name), { force: true })
    await rm(join(this.#folder, patternsOf(name)), { force: true })
  }
}

/** The line of a pattern in the segment's file, from 1; a new one is put into `news`. 0: none, or there are too many. */
function patternOf({ patterns }: Current, pattern: string, news: string[]): number {
  if (pattern === '') return 0
  const known = patterns.get(pattern)
  if (known !== undefined) return known
  if (patterns.size >= PATTERNS_MAX) return 0
  patterns.set(pattern, patterns.size + 1)
  news.push(pattern)
  return patterns.size
}
