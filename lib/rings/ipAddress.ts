/** `10.0.0.1:80` or `[2001:db8::1]:80` in network byte order and its port; null when it is no IP address with a port. */
export function socketOf(address: string): { bytes: Uint8Array; port: number } | null {
  const found = /^(?:\[([0-9a-fA-F:.]+)\]|([0-9a-fA-F:.]+)):(\d{1,5})$/.exec(address)
  const port = Number(found?.[3])
  if (!found || port > 65_535) return null
  const bytes = bytesOfIp(found[1] ?? found[2]!)
  return bytes && { bytes, port }
}

function bytesOfIp(text: string): Uint8Array | null {
  if (!text.includes(':')) return ipv4(text)
  // An address may end in IPv4 form.
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text)
  const last = tail && ipv4(tail[2]!)
  if (tail && !last) return null
  const plain = last ? `${tail[1]}${((last[0]! << 8) | last[1]!).toString(16)}:${((last[2]! << 8) | last[3]!).toString(16)}` : text
  const halves = plain.split('::')
  if (halves.length > 2) return null
  const [head, rest] = halves.map((half) => (half === '' ? [] : half.split(':'))) as [string[], string[]?]
  const missing = 8 - head.length - (rest?.length ?? 0)
  if (rest === undefined ? missing !== 0 : missing < 1) return null
  const words = [...head, ...Array<string>(Math.max(0, missing)).fill('0'), ...(rest ?? [])]
  if (!words.every((word) => /^[0-9a-fA-F]{1,4}$/.test(word))) return null
  return Uint8Array.from(words.flatMap((word) => [Number.parseInt(word, 16) >> 8, Number.parseInt(word, 16) & 0xff]))
}

function ipv4(text: string): Uint8Array | null {
  const parts = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)?.slice(1).map(Number)
  return parts?.every((part) => part <= 255) ? Uint8Array.from(parts) : null
}
