import { closeSync, openSync, readSync } from 'node:fs'
import { EvenkeelError } from '../../model/error.ts'
import type { TraceFormat } from '../../model/trace.ts'
import { Collector } from './collector.ts'
import { formatOf, readerOf } from './format.ts'
import type { StoredTrace } from './storedTrace.ts'
import { writeReferences } from './traceFile.ts'

const PIECE = 1 << 16

export type ImportQuestion = { from: string; to: string; folder: string; format: TraceFormat | null }
export type Imported = Omit<StoredTrace, 'references'> & { format: TraceFormat; kept: number; samplingRate: number }

/** Reads an uploaded file piece by piece, and writes what is kept of it. Throws `bad_request` with the line that cannot be read; then nothing is written. */
export async function importTrace({ from, to, folder, format }: ImportQuestion): Promise<Imported> {
  const collector = new Collector(folder)
  const file = openSync(from, 'r')
  try {
    const piece = new Uint8Array(PIECE)
    let length = readSync(file, piece)
    if (length === 0) throw new EvenkeelError('bad_request', 'the body: it is empty; expected a trace.')
    const found = format ?? formatOf(piece.subarray(0, length))
    const reader = new readerOf[found]((line) => collector.take(line))
    for (; length > 0; length = readSync(file, piece)) await reader.push(piece.slice(0, length))
    await reader.end()
    const { references, ...counted } = collector.end()
    if (counted.requests === 0) throw new EvenkeelError('bad_request', 'the body: it holds no references; expected a line for each.')
    writeReferences(to, references)
    return { ...counted, format: found, kept: references.key.length, samplingRate: references.samplingRate }
  } finally {
    closeSync(file)
    collector.close()
  }
}
