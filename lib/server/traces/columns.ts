/** The references of a trace that is being read, in growing columns. */
export class Columns {
  length = 0
  at = new Float64Array(1 << 12)
  key = new Uint32Array(1 << 12)
  op = new Uint8Array(1 << 12)
  size = new Uint32Array(1 << 12)
  ttlMs = new Float64Array(1 << 12)

  push(at: number, key: number, op: number, size: number, ttlMs: number): void {
    if (this.length === this.key.length) this.#grow()
    const i = this.length++
    this.at[i] = at
    this.key[i] = key
    this.op[i] = op
    this.size[i] = size
    this.ttlMs[i] = ttlMs
  }

  /** Drops the references of the keys that left. `becomes`: by old index the new one plus 1, 0 for what left. */
  keep(becomes: Uint32Array): void {
    let to = 0
    for (let i = 0; i < this.length; i++) {
      const key = becomes[this.key[i]!]!
      if (key === 0) continue
      this.at[to] = this.at[i]!
      this.key[to] = key - 1
      this.op[to] = this.op[i]!
      this.size[to] = this.size[i]!
      this.ttlMs[to] = this.ttlMs[i]!
      to++
    }
    this.length = to
  }

  #grow(): void {
    const wide = <T extends Float64Array | Uint32Array | Uint8Array>(old: T, of: new (length: number) => T): T => {
      const wider = new of(old.length * 2)
      wider.set(old)
      return wider
    }
    this.at = wide(this.at, Float64Array)
    this.key = wide(this.key, Uint32Array)
    this.op = wide(this.op, Uint8Array)
    this.size = wide(this.size, Uint32Array)
    this.ttlMs = wide(this.ttlMs, Float64Array)
  }
}
