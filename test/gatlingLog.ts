/** Writes `simulation.log` in the binary form of Gatling 3.13 and later, as its LogFileDataWriter does. */
class LogWriter {
  readonly #parts: Buffer[] = []
  readonly #texts = new Map<string, number>()

  bytes = () => Buffer.concat(this.#parts)
  byte(value: number): this {
    this.#parts.push(Buffer.from([value]))
    return this
  }
  int(value: number): this {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(value)
    this.#parts.push(bytes)
    return this
  }
  long(value: number): this {
    const bytes = Buffer.alloc(8)
    bytes.writeBigInt64BE(BigInt(value))
    this.#parts.push(bytes)
    return this
  }
  text(value: string): this {
    if (value === '') return this.int(0)
    const isLatin = /^[\u0000-\u00ff]*$/.test(value)
    const bytes = Buffer.from(value, isLatin ? 'latin1' : 'utf16le')
    this.int(bytes.length)
    this.#parts.push(bytes)
    return this.byte(isLatin ? 0 : 1)
  }
  cached(value: string): this {
    const known = this.#texts.get(value)
    if (known !== undefined) return this.int(-known)
    this.#texts.set(value, this.#texts.size + 1)
    return this.int(this.#texts.size).text(value)
  }
  groups(names: readonly string[]): this {
    this.int(names.length)
    for (const name of names) this.cached(name)
    return this
  }
  request(groups: readonly string[], name: string, start: number, end: number, ok: boolean, message = ''): this {
    return this.byte(1)
      .groups(groups)
      .cached(name)
      .int(start)
      .int(end)
      .byte(ok ? 1 : 0)
      .cached(message)
  }
  user(scenario: number, begins: boolean, at: number): this {
    return this.byte(2)
      .int(scenario)
      .byte(begins ? 1 : 0)
      .int(at)
  }
  group(names: readonly string[], start: number, end: number): this {
    return this.byte(3)
      .groups(names)
      .int(start)
      .int(end)
      .int(end - start)
      .byte(1)
  }
  error(message: string, at: number): this {
    return this.byte(4).cached(message).int(at)
  }
}

export function binaryLog(start: number, write: (writer: LogWriter) => void): Buffer {
  const writer = new LogWriter()
  // One scenario, and one assertion, which is none of ours to read.
  writer.byte(0).text('3.14.9').text('shop.Sim').long(start).text('').int(1).text('scn').int(1).int(2).byte(7).byte(7)
  write(writer)
  return writer.bytes()
}
