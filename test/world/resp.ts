/**
 * Answers one Redis command from a case: its whole text (`CONFIG GET *`), its first two words (`CLUSTER NODES`), its first. What connections
 * say for themselves is answered as a server without users does; anything else is an unknown command.
 */
export function respOf(words: readonly string[], answerTo: (asked: string) => string | null): string {
  const upper = words.map((word, i) => (i < 2 ? word.toUpperCase() : word))
  const own = [upper.join(' '), upper.slice(0, 2).join(' '), upper[0]!].map((asked) => answerTo(asked)).find((answer) => answer !== null)
  if (own != null) return encoded(own)
  if (upper[0] === 'PING') return '+PONG\r\n'
  if (upper[0] === 'CLIENT' || upper[0] === 'SELECT' || upper[0] === 'READONLY') return '+OK\r\n'
  return `-ERR unknown command '${upper[0]!.toLowerCase()}'\r\n`
}

function encoded(text: string): string {
  if (/^[-+:]/.test(text) && !text.includes('\n')) return `${text}\r\n`
  if (text.startsWith('[')) return respValue(JSON.parse(text))
  return bulk(text)
}

const bulk = (text: string) => `$${Buffer.byteLength(text)}\r\n${text}\r\n`

function respValue(value: unknown): string {
  if (value === null) return '$-1\r\n'
  if (Array.isArray(value)) return `*${value.length}\r\n${value.map(respValue).join('')}`
  if (typeof value === 'number') return `:${value}\r\n`
  return bulk(String(value))
}

/** The first whole command of a RESP stream, and how long it is. */
export function commandIn(stream: string): { words: string[]; length: number } | null {
  const head = /^\*(\d+)\r\n/.exec(stream)
  if (!head) return null
  let from = head[0].length
  const words: string[] = []
  for (let i = 0; i < Number(head[1]); i++) {
    const size = /^\$(\d+)\r\n/.exec(stream.slice(from))
    if (!size) return null
    from += size[0].length
    const length = Number(size[1])
    if (stream.length < from + length + 2) return null
    words.push(stream.slice(from, from + length))
    from += length + 2
  }
  return { words, length: from }
}
