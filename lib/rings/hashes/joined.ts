/** A hash that goes byte by byte does the bytes that all texts begin with once for all. */
export function withoutPrefix(texts: readonly Uint8Array[]): { prefix: Uint8Array; rests: Uint8Array[] } {
  const [first = new Uint8Array()] = texts
  const end = texts.reduce((shared, text) => {
    let at = 0
    while (at < shared && text[at] === first[at]) at++
    return at
  }, first.length)
  return { prefix: first.subarray(0, end), rests: texts.map((text) => text.subarray(end)) }
}

/** Each text with the key behind it, in one buffer that the next call writes over: texts are encoded once, and a key once for all of them. */
export function beforeKey(texts: readonly Uint8Array[]): (key: Uint8Array) => (at: number) => Uint8Array {
  const longest = texts.reduce((most, { length }) => Math.max(most, length), 0)
  return (key) => {
    const buffer = new Uint8Array(longest + key.length)
    buffer.set(key, longest)
    return (at) => {
      const begin = longest - texts[at]!.length
      buffer.set(texts[at]!, begin)
      return buffer.subarray(begin)
    }
  }
}
