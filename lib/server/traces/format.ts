import type { TraceFormat } from '../../model/trace.ts'
import { COLUMNS, CsvTrace, namesIn } from './csvTrace.ts'
import { KeysTrace } from './keysTrace.ts'
import type { Line, TraceReader } from './line.ts'
import { OracleTrace } from './oracleTrace.ts'

export const readerOf: Record<TraceFormat, new (take: (line: Line) => void) => TraceReader> = {
  csv: CsvTrace,
  keys: KeysTrace,
  oracle: OracleTrace,
}

/** The format of a file, by its first bytes: text whose first line names columns, other text, or binary records. */
export function formatOf(head: Uint8Array): TraceFormat {
  if (head.includes(0)) return 'oracle'
  const end = head.indexOf(10)
  const first = new TextDecoder().decode(head.subarray(0, end < 0 ? head.length : end)).replace(/^\ufeff/, '')
  const names = namesIn(first.split(',').map((name) => name.replaceAll('"', '')))
  const known = names.filter((name) => (COLUMNS as readonly string[]).includes(name))
  // A header without `key` is a csv too, and is refused as one.
  return names.includes('key') || known.length > 1 ? 'csv' : 'keys'
}
