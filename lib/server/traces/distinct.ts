import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

const PARTS = 64
const BUFFERED = 4_096

type Part = { file: number; path: string; buffer: Uint32Array<ArrayBuffer>; used: number }

/** Exact count of distinct 64-bit hashes that are too many for memory: an external partition by hash, each part sorted alone. */
export class DistinctCount {
  readonly #folder: string
  readonly #parts: Part[]

  /** Works in a folder of its own below `folder`. */
  constructor(folder: string) {
    this.#folder = mkdtempSync(join(folder, 'distinct-'))
    this.#parts = Array.from({ length: PARTS }, (_, i) => {
      const path = join(this.#folder, String(i))
      return { file: openSync(path, 'w'), path, buffer: new Uint32Array(2 * BUFFERED), used: 0 }
    })
  }

  add(high: number, low: number): void {
    const part = this.#parts[low % PARTS]!
    part.buffer[part.used] = high
    part.buffer[part.used + 1] = low
    part.used += 2
    if (part.used === part.buffer.length) this.#flush(part)
  }

  count(): number {
    let count = 0
    for (const part of this.#parts) {
      this.#flush(part)
      const bytes = readFileSync(part.path)
      const hashes = new BigUint64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)).sort()
      for (let i = 0; i < hashes.length; i++) if (i === 0 || hashes[i] !== hashes[i - 1]) count++
    }
    return count
  }

  close(): void {
    for (const { file } of this.#parts) closeSync(file)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  #flush(part: Part): void {
    writeSync(part.file, new Uint8Array(part.buffer.buffer, 0, part.used * 4))
    part.used = 0
  }
}
