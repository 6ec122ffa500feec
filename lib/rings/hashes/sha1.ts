const turn = (value: number, by: number) => (value << by) | (value >>> (32 - by))
const words = new Int32Array(80)

/** The first four bytes of the SHA-1 (FIPS 180-4), big-endian, unsigned. In plain code because rings are computed in the browser too. */
export function sha1First(bytes: Uint8Array): number {
  let [h0, h1, h2, h3, h4] = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476, 0xc3d2e1f0 | 0]
  const { length } = bytes
  const blocks = ((length + 8) >> 6) + 1
  for (let at = 0; at < blocks; at++) {
    words.fill(0, 0, 16)
    const from = at * 64
    for (let i = from; i < Math.min(from + 64, length); i++) words[(i - from) >> 2]! |= bytes[i]! << (24 - ((i & 3) << 3))
    if (length >= from && length < from + 64) words[(length - from) >> 2]! |= 0x80 << (24 - ((length & 3) << 3))
    if (at === blocks - 1) {
      words[14] = length >>> 29
      words[15] = length << 3
    }
    for (let i = 16; i < 80; i++) words[i] = turn(words[i - 3]! ^ words[i - 8]! ^ words[i - 14]! ^ words[i - 16]!, 1)
    let [a, b, c, d, e] = [h0, h1, h2, h3, h4]
    for (let i = 0; i < 80; i++) {
      const [f, k] = round(i, b, c, d)
      const next = (turn(a, 5) + f + e + k + words[i]!) | 0
      e = d
      d = c
      c = turn(b, 30)
      b = a
      a = next
    }
    h0 = (h0 + a) | 0
    h1 = (h1 + b) | 0
    h2 = (h2 + c) | 0
    h3 = (h3 + d) | 0
    h4 = (h4 + e) | 0
  }
  return h0 >>> 0
}

function round(i: number, b: number, c: number, d: number): [f: number, k: number] {
  if (i < 20) return [(b & c) | (~b & d), 0x5a827999]
  if (i < 40) return [b ^ c ^ d, 0x6ed9eba1]
  if (i < 60) return [(b & c) | (b & d) | (c & d), 0x8f1bbcdc]
  return [b ^ c ^ d, 0xca62c1d6]
}
