type Reply = { value: string | number | null | Reply[]; kind: string; end: number }

/** The RESP2 reply that begins there; null while it is not whole. */
function replyAt(stream: string, from: number): Reply | null {
  const lineEnd = stream.indexOf('\r\n', from)
  if (lineEnd < 0) return null
  const kind = stream[from]!
  const line = stream.slice(from + 1, lineEnd)
  const end = lineEnd + 2
  if (kind === '$') {
    const length = Number(line)
    if (length < 0) return { kind, value: null, end }
    return stream.length < end + length + 2 ? null : { kind, value: stream.slice(end, end + length), end: end + length + 2 }
  }
  if (kind === '*') {
    const items: Reply[] = []
    let next = end
    for (let i = 0; i < Number(line); i++) {
      const item = replyAt(stream, next)
      if (!item) return null
      items.push(item)
      next = item.end
    }
    return { kind, value: Number(line) < 0 ? null : items, end: next }
  }
  return { kind, value: kind === ':' ? Number(line) : line, end }
}

/** The first whole reply of a stream of Latin-1 as a case writes it, and how long it is. */
export function replyIn(stream: string): { text: string; length: number } | null {
  const reply = replyAt(stream, 0)
  if (!reply) return null
  const { kind, value, end } = reply
  const text = kind === '*' ? JSON.stringify(plain(reply)) : kind === '$' ? textOf(value) : `${kind}${String(value)}`
  return { text, length: end }
}

const plain = ({ value }: Reply): unknown => (Array.isArray(value) ? value.map(plain) : typeof value === 'string' ? textOf(value) : value)
const textOf = (value: Reply['value']) => Buffer.from(String(value ?? ''), 'latin1').toString('utf8')
