import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { withoutFills } from '../../curves/fills.ts'
import { inOrder, type References } from '../../curves/references.ts'
import { globMatches } from '../../model/glob.ts'
import { Columns } from '../traces/columns.ts'
import { KeyTable } from '../traces/keyTable.ts'
import { PatternNames } from '../traces/patternNames.ts'
import { type Gap, unbrokenSince } from './gaps.ts'
import { ALL_KEYS, patternsOf, SEGMENT_NAME } from './segmentLog.ts'
import { type Count, gapsIn, readHeader, readRows, type SegmentHeader } from './segmentRows.ts'

export type LogQuestion = {
  folder: string
  /** Epoch ms: older ones are not asked for. */
  since: number
  /** A glob that is held against the patterns of keys. */
  match?: string
  /** The cache evicted keys in that time. */
  evicts?: boolean
}

export type ReadLog = {
  references: References
  /** The last gap before them, where they reach no further back for that. */
  after: Gap | null
  /** Epoch ms of the zero that the references' times count from. */
  zero: number
  /** Names of patterns; empty: none is told of any key. */
  patterns: string[]
  /** By key: its pattern's place in there + 1; 0: not told. */
  patternOf: Uint16Array
}

const WRITE = 3
export type Segment = { bytes: Buffer; header: SegmentHeader; patterns: string[] }

/** What is kept of a target, as one stream in the order of time: each key that is in the smallest of the samples that segments hold. */
export function readLog({ folder, since: asked, match, evicts }: LogQuestion): ReadLog {
  const segments = segmentsIn(folder)
  const { since, after } = unbroken(segments, asked)
  const threshold = segments.reduce((least, { header }) => Math.min(least, header.threshold), ALL_KEYS)
  const keys = new KeyTable()
  const columns = new Columns()
  const counts: Count[] = []
  const known = new PatternNames()
  let patternOf = new Uint16Array(1_024)
  let [textTold, taken, matched] = [true, 0, 0]
  for (const { bytes, header, patterns } of segments) {
    const places = patterns.map((name) => known.placeOf(name))
    const wanted = match === undefined ? null : ['', ...patterns].map((name) => globMatches(match, name))
    for (const row of readRows(bytes, header)) {
      if (row.count && row.count.at >= since) counts.push(row.count)
      if (!row.access) continue
      const { access, pattern } = row
      // A write of the origin touches no key of the cache.
      if (access.at < since || access.high >= threshold || access.op === WRITE) continue
      if (access.op === 0) taken++
      if (wanted && !(wanted[pattern] ?? wanted[0])) continue
      if (access.op === 0) matched++
      if (access.keyBytes === 0) textTold = false
      const key = keys.indexOf(access.high, access.low, access.keyBytes)
      if (key >= patternOf.length) {
        const wider = new Uint16Array(patternOf.length * 2)
        wider.set(patternOf)
        patternOf = wider
      }
      if (pattern > 0) patternOf[key] = places[pattern - 1] ?? 0
      columns.push(access.at, key, access.op, access.size, access.ttlMs)
    }
  }
  const reported = reportedRate(counts, keys.size)
  const cut = <T extends Float64Array | Uint32Array | Uint8Array>(column: T, length: number) => column.slice(0, length) as T
  const { length } = columns
  const gets = counts.reduce((sum, { gets, told }) => sum + (told ? gets : gets / reported), 0)
  const at = cut(columns.at, length)
  const zero = at.reduce((least, one) => Math.min(least, one), Number.POSITIVE_INFINITY)
  return {
    zero,
    after,
    patterns: known.names,
    patternOf: patternOf.slice(0, keys.size),
    references: withoutFills(
      inOrder({
        at: at.map((one) => one - zero),
        key: cut(columns.key, length),
        op: cut(columns.op, length),
        size: cut(columns.size, length),
        ttlMs: cut(columns.ttlMs, length),
        keys: keys.size,
        hash: cut(keys.low, keys.size),
        keyBytes: textTold && keys.size > 0 ? cut(keys.bytes, keys.size) : null,
        samplingRate: Math.min(threshold / ALL_KEYS, reported),
        requests: match !== undefined && taken > 0 ? Math.round((gets * matched) / taken) : gets,
      }),
      evicts,
    ),
  }
}

/** From when on references are one stream, of those that are asked for. */
function unbroken(segments: readonly Segment[], asked: number): { since: number; after: Gap | null } {
  const gaps = segments.flatMap(({ bytes, header }) => gapsIn(bytes, header))
  if (gaps.length === 0) return { since: asked, after: null }
  const first = Math.max(asked, segments[0]!.header.start)
  const since = unbrokenSince(gaps, first, endOf(segments.at(-1)!))
  return since === null
    ? { since: asked, after: null }
    : {
        since,
        after: gaps
          .filter(({ to }) => to === since)
          .reduce((one, { from }) => ({ from: Math.min(one.from, from), to: since }), { from: since, to: since }),
      }
}

/** When the newest row of a segment is of: each batch ends with a count. */
function endOf({ bytes, header }: Segment): number {
  let end = header.start
  for (const row of readRows(bytes, header)) if (row.count && row.count.at > end) end = row.count.at
  return end
}

export function segmentsIn(folder: string): Segment[] {
  let names: string[]
  try {
    names = readdirSync(folder)
  } catch {
    return []
  }
  return names
    .filter((name) => SEGMENT_NAME.test(name))
    .sort()
    .flatMap((name) => {
      const bytes = read(join(folder, name))
      const header = bytes && readHeader(bytes)
      if (!bytes || !header) return []
      const patterns =
        read(join(folder, patternsOf(name)))
          ?.toString('utf8')
          .split('\n') ?? []
      return [{ bytes, header, patterns }]
    })
}

/** Null: the log dropped it meanwhile. */
function read(path: string): Buffer | null {
  try {
    return readFileSync(path)
  } catch {
    return null
  }
}

/**
 * The share of keys that a source lets through which does not say so: those with the lowest hashes, of which the highest tells how low. An
 * estimate (maximum of a uniform distribution), off by about one part in the number of keys. All keys, where those of a whole stream would have
 * so low a maximum in one of a hundred cases.
 */
function reportedRate(counts: readonly Count[], keys: number): number {
  const highest = counts.reduce((most, { told, high }) => (told ? most : Math.max(most, high)), 0)
  const share = (highest + 1) / ALL_KEYS
  return highest === 0 || share ** keys > 0.01 ? 1 : Math.min(1, share * (1 + 1 / keys))
}
