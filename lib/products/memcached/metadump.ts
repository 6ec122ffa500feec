/** One key of `lru_crawler metadump`, at the server's own clock: when it ends, when it was read last (epoch ms), and its bytes in memory. */
export type DumpedKey = { key: Buffer; endsAt: number | null; readAt: number; bytes: number | null }

/** Bytes of a key in memcached's notation: anything but letters, digits, `-`, `.`, `_` and `~` is `%NN`. */
export function keyOf(text: string): Buffer {
  return Buffer.from(
    text.replace(/%([0-9A-Fa-f]{2})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16))),
    'latin1',
  )
}

/** The fields of a line of `name=value` words; the first of a name counts. */
export function wordsOf(line: string): Map<string, string> {
  const words = new Map<string, string>()
  for (const word of line.split(' ')) {
    const at = word.indexOf('=')
    if (at > 0 && !words.has(word.slice(0, at))) words.set(word.slice(0, at), word.slice(at + 1))
  }
  return words
}

/** Reads one line; null: it is none. Before 1.5.4 the size is not told. */
export function readDumped(line: string): DumpedKey | null {
  const words = wordsOf(line)
  const seconds = (name: string) => (/^(?:-1|\d{1,12})$/.test(words.get(name) ?? '') ? Number(words.get(name)) : null)
  const [key, exp, la] = [words.get('key'), seconds('exp'), seconds('la')]
  if (!key || exp === null || la === null || la < 0) return null
  const size = words.get('size')
  return {
    key: keyOf(key),
    endsAt: exp < 0 ? null : exp * 1_000,
    readAt: la * 1_000,
    bytes: size !== undefined && /^\d{1,12}$/.test(size) ? Number(size) : null,
  }
}
