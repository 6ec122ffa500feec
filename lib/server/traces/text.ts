import { badLine } from './line.ts'

/** UTF-8 decoder that names the line of the first bytes that are none. A byte order mark at the beginning is left out. */
export class LineDecoder {
  readonly #decoder = new TextDecoder('utf-8', { fatal: true })
  #lines = 0

  decode(chunk: Uint8Array): string {
    return this.#read(chunk, () => this.#decoder.decode(chunk, { stream: true }))
  }

  end(): string {
    return this.#read(new Uint8Array(), () => this.#decoder.decode())
  }

  #read(chunk: Uint8Array, decode: () => string): string {
    let text: string
    try {
      text = decode()
    } catch {
      throw badLine(this.#lines + 1 + lineOfFault(chunk), 'not UTF-8.')
    }
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lines++
    return text
  }
}

/** How many lines of a piece stand before its first fault: by halves, whole lines each. */
function lineOfFault(chunk: Uint8Array): number {
  let line = 0
  let from = 0
  for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10, from)) {
    try {
      // What a character before this piece began is at most three bytes of its first line.
      new TextDecoder('utf-8', { fatal: true }).decode(chunk.subarray(line === 0 ? firstStart(chunk) : from, end))
    } catch {
      return line
    }
    line++
    from = end + 1
  }
  return line
}

/** Where the first character that begins in this piece stands. */
function firstStart(chunk: Uint8Array): number {
  let at = 0
  while (at < 3 && at < chunk.length && (chunk[at]! & 0xc0) === 0x80) at++
  return at
}
