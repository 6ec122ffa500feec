import { type Judged, Lives } from '../../curves/staleness.ts'
import type { Access } from '../../model/reference.ts'
import { KeyTable } from '../traces/keyTable.ts'
import { PatternNames } from '../traces/patternNames.ts'
import type { LogQuestion } from './readLog.ts'
import { segmentsIn } from './readLog.ts'
import { ALL_KEYS } from './segmentLog.ts'
import { gapsIn, readRows } from './segmentRows.ts'

export type StalenessQuestion = Pick<LogQuestion, 'folder' | 'since'>
/** By pattern, the most read first. */
export type StalenessTold = { spanMs: number; patterns: { pattern: string; found: Judged }[] }

const PATTERNS_MOST = 20
const [GET, NO_PATTERN] = [0, '*']

/** How old what was read of each pattern of keys was, from what is kept of a target's references. */
export function computeStaleness({ folder, since }: StalenessQuestion): StalenessTold {
  const segments = segmentsIn(folder)
  const threshold = segments.reduce((least, { header }) => Math.min(least, header.threshold), ALL_KEYS)
  const gaps = segments.flatMap(({ bytes, header }) => gapsIn(bytes, header)).sort((a, b) => a.from - b.from)
  const [keys, names] = [new KeyTable(), new PatternNames()]
  const rows: (Pick<Access, 'at' | 'op' | 'ttlMs' | 'value'> & { key: number })[] = []
  const patternOf: number[] = []
  for (const { bytes, header, patterns } of segments) {
    const places = patterns.map((name) => names.placeOf(name))
    for (const row of readRows(bytes, header)) {
      const { access } = row
      if (!access || access.at < since || access.high >= threshold) continue
      const key = keys.indexOf(access.high, access.low, 0)
      patternOf[key] ||= row.pattern > 0 ? (places[row.pattern - 1] ?? 0) : 0
      const { at, op, ttlMs, value } = access
      rows.push({ at, key, op, ttlMs, ...(value && { value }) })
    }
  }
  rows.sort((a, b) => a.at - b.at)
  const reads = new Map<number, number>()
  for (const { key, op } of rows) if (op === GET) reads.set(patternOf[key]!, (reads.get(patternOf[key]!) ?? 0) + 1)
  const most = [...reads].sort((a, b) => b[1] - a[1]).slice(0, PATTERNS_MOST)
  const lives = new Map(most.map(([place]) => [place, new Lives()]))
  let gap = 0
  for (const { at, key, op, ttlMs, value } of rows) {
    for (; gap < gaps.length && gaps[gap]!.from <= at; gap++) for (const one of lives.values()) one.cut()
    lives.get(patternOf[key]!)?.take(at, key, op, ttlMs, value)
  }
  return {
    spanMs: rows.length === 0 ? 0 : rows.at(-1)!.at - rows[0]!.at,
    patterns: [...lives].map(([place, one]) => ({ pattern: place === 0 ? NO_PATTERN : names.names[place - 1]!, found: one.judged() })),
  }
}
