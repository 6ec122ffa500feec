const encoder = new TextEncoder()
let buffer = new Uint8Array(4096)

/** The key's UTF-8 bytes, in a buffer that the next call writes over: for a hash that is done before the next key comes. */
export function bytesOf(key: string): Uint8Array {
  if (key.length * 3 > buffer.length) buffer = new Uint8Array(key.length * 3)
  return buffer.subarray(0, encoder.encodeInto(key, buffer).written)
}

/** The text's UTF-8 bytes, to keep. */
export const utf8 = (text: string): Uint8Array => encoder.encode(text)

/** The order of two byte strings, as C's memcmp with the shorter one first; that of code points where they are UTF-8. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!
  return a.length - b.length
}
