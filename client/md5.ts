// RFC 1321, in plain code: a follower runs wherever JavaScript does and depends on nothing.
const SINES = new Int32Array(64)
for (let i = 0; i < 64; i++) SINES[i] = Math.floor(Math.abs(Math.sin(i + 1)) * 2 ** 32)
const TURNS = [7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]

const block = new Int32Array(16)
const state = new Int32Array(4)

function mix(): void {
  let a = state[0]!
  let b = state[1]!
  let c = state[2]!
  let d = state[3]!
  for (let i = 0; i < 64; i++) {
    let f: number
    let word: number
    if (i < 16) {
      f = (b & c) | (~b & d)
      word = i
    } else if (i < 32) {
      f = (d & b) | (~d & c)
      word = (5 * i + 1) & 15
    } else if (i < 48) {
      f = b ^ c ^ d
      word = (3 * i + 5) & 15
    } else {
      f = c ^ (b | ~d)
      word = (7 * i) & 15
    }
    const sum = (a + f + SINES[i]! + block[word]!) | 0
    const turn = TURNS[((i >> 4) << 2) | (i & 3)]!
    a = d
    d = c
    c = b
    b = (b + ((sum << turn) | (sum >>> (32 - turn)))) | 0
  }
  state[0] = (state[0]! + a) | 0
  state[1] = (state[1]! + b) | 0
  state[2] = (state[2]! + c) | 0
  state[3] = (state[3]! + d) | 0
}

/** MD5 as four little-endian words, which is how every ketama reads it. The answer is valid until the next call; words are signed. */
export function md5Words(bytes: Uint8Array): Int32Array {
  state[0] = 0x67452301
  state[1] = 0xefcdab89
  state[2] = 0x98badcfe
  state[3] = 0x10325476
  const { length } = bytes
  const padded = ((length + 8) >> 6) + 1
  for (let at = 0; at < padded; at++) {
    block.fill(0)
    const from = at * 64
    const to = Math.min(from + 64, length)
    for (let i = from; i < to; i++) block[(i - from) >> 2]! |= bytes[i]! << ((i & 3) << 3)
    if (length >= from && length < from + 64) block[(length - from) >> 2]! |= 0x80 << ((length & 3) << 3)
    if (at === padded - 1) {
      block[14] = length << 3
      block[15] = length >>> 29
    }
    mix()
  }
  return state
}
