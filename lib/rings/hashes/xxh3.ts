/**
 * XXH3, 64-bit, with a seed (xxhash.h 0.8, `XXH3_64bits_withSeed`), in BigInt: memcached's proxy hashes one key at a time with it, and no
 * circle is made of it. `seed` and the answer are unsigned 64-bit numbers.
 */
export function xxh3(bytes: Uint8Array, seed = 0n): bigint {
  const length = bytes.length
  if (length > 240) return long(bytes, seed)
  if (length > 128) return middle(bytes, seed)
  if (length > 16) return short(bytes, seed)
  if (length > 8) return from9(bytes, seed)
  if (length >= 4) return from4(bytes, seed)
  if (length > 0) return from1(bytes, seed)
  return avalanche64(seed ^ read8(SECRET, 56) ^ read8(SECRET, 64))
}

const MASK = 0xffff_ffff_ffff_ffffn
const P32_1 = 0x9e3779b1n
const P32_2 = 0x85ebca77n
const P32_3 = 0xc2b2ae3dn
const P64_1 = 0x9e3779b185ebca87n
const P64_2 = 0xc2b2ae3d27d4eb4fn
const P64_3 = 0x165667b19e3779f9n
const P64_4 = 0x85ebca77c2b2ae63n
const P64_5 = 0x27d4eb2f165667c5n

const SECRET_TEXT =
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221b8084674f743248ee03590e6813a264c' +
  '3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364' +
  'eac5ac8334d3ebc3c581a0fffa1363eb170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e'
/** The library's default secret. */
const SECRET = Uint8Array.from({ length: 192 }, (_, i) => Number.parseInt(SECRET_TEXT.slice(2 * i, 2 * i + 2), 16))

const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const read8 = (bytes: Uint8Array, at: number) => viewOf(bytes).getBigUint64(at, true)
const read4 = (bytes: Uint8Array, at: number) => BigInt(viewOf(bytes).getUint32(at, true))
const turn = (value: bigint, by: bigint) => ((value << by) | (value >> (64n - by))) & MASK
const swap8 = (value: bigint) => {
  let swapped = 0n
  for (let i = 0n; i < 64n; i += 8n) swapped = (swapped << 8n) | ((value >> i) & 0xffn)
  return swapped
}
const swap4 = (value: bigint) => swap8(value) >> 32n

/** The two halves of the 128-bit product, folded. */
function folded(a: bigint, b: bigint): bigint {
  const product = a * b
  return (product & MASK) ^ (product >> 64n)
}

/** XXH64's own finish. */
function avalanche64(value: bigint): bigint {
  let hash = value ^ (value >> 33n)
  hash = (hash * P64_2) & MASK
  hash ^= hash >> 29n
  hash = (hash * P64_3) & MASK
  return hash ^ (hash >> 32n)
}

function avalanche(value: bigint): bigint {
  let hash = value ^ (value >> 37n)
  hash = (hash * 0x165667919e3779f9n) & MASK
  return hash ^ (hash >> 32n)
}

function from1(bytes: Uint8Array, seed: bigint): bigint {
  const { length } = bytes
  const combined = (BigInt(bytes[0]!) << 16n) | (BigInt(bytes[length >> 1]!) << 24n) | BigInt(bytes[length - 1]!) | (BigInt(length) << 8n)
  const flip = (read4(SECRET, 0) ^ read4(SECRET, 4)) + seed
  return avalanche64(combined ^ (flip & MASK))
}

function from4(bytes: Uint8Array, seed: bigint): bigint {
  const mixed = seed ^ (swap4(seed & 0xffffffffn) << 32n)
  const flip = ((read8(SECRET, 8) ^ read8(SECRET, 16)) - mixed) & MASK
  let hash = (read4(bytes, bytes.length - 4) + (read4(bytes, 0) << 32n)) ^ flip
  hash ^= turn(hash, 49n) ^ turn(hash, 24n)
  hash = (hash * 0x9fb21c651e98df25n) & MASK
  hash ^= (hash >> 35n) + BigInt(bytes.length)
  hash = (hash * 0x9fb21c651e98df25n) & MASK
  return hash ^ (hash >> 28n)
}

function from9(bytes: Uint8Array, seed: bigint): bigint {
  const flipLow = ((read8(SECRET, 24) ^ read8(SECRET, 32)) + seed) & MASK
  const flipHigh = ((read8(SECRET, 40) ^ read8(SECRET, 48)) - seed) & MASK
  const low = read8(bytes, 0) ^ flipLow
  const high = read8(bytes, bytes.length - 8) ^ flipHigh
  return avalanche((BigInt(bytes.length) + swap8(low) + high + folded(low, high)) & MASK)
}

/** Sixteen bytes of the key with sixteen of the secret. */
function mix16(bytes: Uint8Array, at: number, secretAt: number, seed: bigint): bigint {
  const low = read8(bytes, at) ^ ((read8(SECRET, secretAt) + seed) & MASK)
  const high = read8(bytes, at + 8) ^ ((read8(SECRET, secretAt + 8) - seed) & MASK)
  return folded(low, high)
}

function short(bytes: Uint8Array, seed: bigint): bigint {
  const { length } = bytes
  let hash = BigInt(length) * P64_1
  for (let i = Math.ceil(length / 32) - 1; i >= 0; i--)
    hash += mix16(bytes, 16 * i, 32 * i, seed) + mix16(bytes, length - 16 * (i + 1), 32 * i + 16, seed)
  return avalanche(hash & MASK)
}

function middle(bytes: Uint8Array, seed: bigint): bigint {
  const rounds = Math.floor(bytes.length / 16)
  let hash = BigInt(bytes.length) * P64_1
  for (let i = 0; i < 8; i++) hash += mix16(bytes, 16 * i, 16 * i, seed)
  hash = avalanche(hash & MASK)
  for (let i = 8; i < rounds; i++) hash += mix16(bytes, 16 * i, 16 * (i - 8) + 3, seed)
  hash += mix16(bytes, bytes.length - 16, 136 - 17, seed)
  return avalanche(hash & MASK)
}

const STRIPE = 64
const CONSUMED = 8
const STRIPES_A_BLOCK = (192 - STRIPE) / CONSUMED

/** Keys of more than 240 bytes: eight lanes over stripes of 64 bytes, with a secret that the seed has changed. */
function long(bytes: Uint8Array, seed: bigint): bigint {
  const secret = seed === 0n ? SECRET : seeded(seed)
  const lanes = [P32_3, P64_1, P64_2, P64_3, P64_4, P32_2, P64_5, P32_1]
  const { length } = bytes
  const stripes = Math.floor((length - 1) / STRIPE)
  for (let stripe = 0; stripe < stripes; stripe++) {
    const place = stripe % STRIPES_A_BLOCK
    accumulate(lanes, bytes, stripe * STRIPE, secret, place * CONSUMED)
    // A block is closed when another byte follows it.
    if (place === STRIPES_A_BLOCK - 1) scramble(lanes, secret)
  }
  accumulate(lanes, bytes, length - STRIPE, secret, 192 - STRIPE - 7)
  let hash = BigInt(length) * P64_1
  for (let i = 0; i < 4; i++) hash += folded(lanes[2 * i]! ^ read8(secret, 11 + 16 * i), lanes[2 * i + 1]! ^ read8(secret, 11 + 16 * i + 8))
  return avalanche(hash & MASK)
}

function seeded(seed: bigint): Uint8Array {
  const secret = new Uint8Array(192)
  const view = viewOf(secret)
  for (let at = 0; at < 192; at += 16) {
    view.setBigUint64(at, (read8(SECRET, at) + seed) & MASK, true)
    view.setBigUint64(at + 8, (read8(SECRET, at + 8) - seed) & MASK, true)
  }
  return secret
}

function accumulate(lanes: bigint[], bytes: Uint8Array, at: number, secret: Uint8Array, secretAt: number): void {
  for (let i = 0; i < 8; i++) {
    const value = read8(bytes, at + 8 * i)
    const keyed = value ^ read8(secret, secretAt + 8 * i)
    lanes[i ^ 1] = (lanes[i ^ 1]! + value) & MASK
    lanes[i] = (lanes[i]! + (keyed & 0xffffffffn) * (keyed >> 32n)) & MASK
  }
}

function scramble(lanes: bigint[], secret: Uint8Array): void {
  for (let i = 0; i < 8; i++) {
    const lane = lanes[i]! ^ (lanes[i]! >> 47n) ^ read8(secret, 192 - STRIPE + 8 * i)
    lanes[i] = (lane * P32_1) & MASK
  }
}
