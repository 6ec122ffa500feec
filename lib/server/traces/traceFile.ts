import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { malformed } from '../../model/error.ts'
import type { PatternedReferences } from './storedTrace.ts'

const MAGIC = 'evenkeel-references-1\n'
type Typed = Float64Array<ArrayBuffer> | Uint32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>
type Name = 'at' | 'ttlMs' | 'key' | 'size' | 'hash' | 'keyBytes' | 'op' | 'patternOf'
/** Each column with what stands in it where it is left out, in the order of the file: one that is added stands last, so that older ones are found. */
const COLUMNS: { name: Name; of: 'f64' | 'u32' | 'u16' | 'u8'; byKey: boolean; blank: number }[] = [
  { name: 'at', of: 'f64', byKey: false, blank: Number.NaN },
  { name: 'ttlMs', of: 'f64', byKey: false, blank: Number.NaN },
  { name: 'key', of: 'u32', byKey: false, blank: -1 },
  { name: 'size', of: 'u32', byKey: false, blank: 0 },
  { name: 'hash', of: 'u32', byKey: true, blank: -1 },
  { name: 'keyBytes', of: 'u32', byKey: true, blank: -1 },
  { name: 'op', of: 'u8', byKey: false, blank: 0 },
  { name: 'patternOf', of: 'u16', byKey: true, blank: 0 },
]
const BYTES = { f64: 8, u32: 4, u16: 2, u8: 1 } as const
const made = (of: keyof typeof BYTES, length: number): Typed =>
  of === 'f64'
    ? new Float64Array(length)
    : of === 'u32'
      ? new Uint32Array(length)
      : of === 'u16'
        ? new Uint16Array(length)
        : new Uint8Array(length)

type Header = { length: number; keys: number; samplingRate: number; requests: number; columns: string[]; patterns?: string[] }

/** Writes references whole or not at all: to a file beside it, which is renamed once it is on the disk. */
export function writeReferences(path: string, references: PatternedReferences): void {
  const columns = COLUMNS.filter(({ name, blank }) => {
    const column = references[name]
    return column !== null && !column.every((value) => Object.is(value, blank))
  })
  const { keys, samplingRate, requests, patterns } = references
  const header: Header = { length: references.key.length, keys, samplingRate, requests, columns: columns.map(({ name }) => name), patterns }
  const text = Buffer.from(`${MAGIC}${JSON.stringify(header)}\n`)
  const file = openSync(`${path}.new`, 'w', 0o600)
  try {
    writeAll(file, text)
    for (const { name } of columns) {
      const column = references[name]!
      writeAll(file, new Uint8Array(column.buffer, column.byteOffset, column.byteLength))
    }
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(`${path}.new`, path)
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(file, bytes, at)
}

/** Reads what `writeReferences` wrote. Throws `malformed` on a damaged file. */
export function readReferences(path: string): PatternedReferences {
  const bytes = readFileSync(path)
  const end = bytes.indexOf(10, MAGIC.length)
  if (bytes.toString('latin1', 0, MAGIC.length) !== MAGIC || end < 0)
    throw malformed('a file of references begins with its kind', bytes.toString('latin1', 0, 30))
  const header = JSON.parse(bytes.toString('utf8', MAGIC.length, end)) as Header
  let at = end + 1
  const read = ({ name, of, byKey, blank }: (typeof COLUMNS)[number]): Typed | null => {
    const length = byKey ? header.keys : header.length
    if (!header.columns.includes(name)) return name === 'keyBytes' ? null : made(of, length).fill(blank)
    const size = length * BYTES[of]
    if (at + size > bytes.length) throw malformed('a file of references is whole', `${bytes.length} bytes`)
    const column = made(of, length)
    new Uint8Array(column.buffer).set(bytes.subarray(at, at + size))
    at += size
    return column
  }
  const columns = Object.fromEntries(COLUMNS.map((column) => [column.name, read(column)])) as Pick<PatternedReferences, Name>
  const { keys, samplingRate, requests, patterns = [] } = header
  return { ...columns, keys, samplingRate, requests, patterns }
}
