/** FIPS 180-4: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const K = new Int32Array(64)
/** Of the square roots of the first eight. */
const START = new Int32Array(8)

const fraction = (value: number) => Math.floor((value - Math.floor(value)) * 2 ** 32) | 0
for (let found = 0, candidate = 2; found < 64; candidate++) {
  let prime = true
  for (let by = 2; by * by <= candidate && prime; by++) prime = candidate % by !== 0
  if (!prime) continue
  if (found < 8) START[found] = fraction(Math.sqrt(candidate))
  K[found++] = fraction(Math.cbrt(candidate))
}

const words = new Int32Array(64)
const state = new Int32Array(8)
const turn = (value: number, by: number) => (value >>> by) | (value << (32 - by))

/** The SHA-256 as eight words, big-endian, in a buffer that the next call writes over. In plain code because rings are computed in the browser too. */
export function sha256Words(bytes: Uint8Array): Int32Array {
  state.set(START)
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
    for (let i = 16; i < 64; i++) {
      const [a, b] = [words[i - 15]!, words[i - 2]!]
      const s0 = turn(a, 7) ^ turn(a, 18) ^ (a >>> 3)
      const s1 = turn(b, 17) ^ turn(b, 19) ^ (b >>> 10)
      words[i] = words[i - 16]! + s0 + words[i - 7]! + s1
    }
    mix()
  }
  return state
}

function mix(): void {
  let [a, b, c, d, e, f, g, h] = state as unknown as [number, number, number, number, number, number, number, number]
  for (let i = 0; i < 64; i++) {
    const s1 = turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + K[i]! + words[i]!) | 0
    const s0 = turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  for (const [i, value] of [a, b, c, d, e, f, g, h].entries()) state[i]! += value
}
