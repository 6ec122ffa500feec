const encoder = new TextEncoder()
let buffer = new Uint8Array(4096)

/** The key's UTF-8 bytes, in a buffer that the next call writes over: for a hash that is done before the next key comes. */
export function bytesOf(key: string): Uint8Array {
  if (key.length * 3 > buffer.length) buffer = new Uint8Array(key.length * 3)
  return buffer.subarray(0, encoder.encodeInto(key, buffer).written)
}
