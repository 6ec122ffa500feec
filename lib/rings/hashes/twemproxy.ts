import { crc16Wide } from './crc16.ts'
import { crc32, crc32Of15Bits } from './crc32.ts'
import { md5First } from './md5.ts'
import { read4 } from './wide.ts'

// twemproxy and libmemcached read keys through `char`, which is signed on x86: bytes from 0x80 on are sign-extended.
const signed = (byte: number) => (byte << 24) >> 24

/** Bob Jenkins' one-at-a-time, over signed bytes. libmemcached's default too. */
export function oneAtATime(bytes: Uint8Array): number {
  let hash = 0
  for (let i = 0; i < bytes.length; i++) {
    hash = (hash + signed(bytes[i]!)) | 0
    hash = (hash + (hash << 10)) | 0
    hash ^= hash >>> 6
  }
  hash = (hash + (hash << 3)) | 0
  hash ^= hash >>> 11
  return (hash + (hash << 15)) >>> 0
}

/** FNV: multiply then mix (`1`) or mix then multiply (`1a`). */
function fnv(begin: number, prime: number, mixFirst: boolean) {
  return (bytes: Uint8Array): number => {
    let hash = begin
    for (let i = 0; i < bytes.length; i++) {
      if (mixFirst) hash = Math.imul(hash ^ signed(bytes[i]!), prime)
      else hash = Math.imul(hash, prime) ^ signed(bytes[i]!)
    }
    return hash >>> 0
  }
}

/** Paul Hsieh's SuperFastHash. */
function hsieh(bytes: Uint8Array): number {
  const two = (at: number) => bytes[at]! | (bytes[at + 1]! << 8)
  let hash = 0
  let at = 0
  for (; at + 4 <= bytes.length; at += 4) {
    hash = (hash + two(at)) | 0
    hash = (hash << 16) ^ ((two(at + 2) << 11) ^ hash)
    hash = (hash + (hash >>> 11)) | 0
  }
  const rest = bytes.length - at
  if (rest === 3) {
    hash = (hash + two(at)) | 0
    hash ^= hash << 16
    hash ^= signed(bytes[at + 2]!) << 18
    hash = (hash + (hash >>> 11)) | 0
  } else if (rest === 2) {
    hash = (hash + two(at)) | 0
    hash ^= hash << 11
    hash = (hash + (hash >>> 17)) | 0
  } else if (rest === 1) {
    hash = (hash + bytes[at]!) | 0
    hash ^= hash << 10
    hash = (hash + (hash >>> 1)) | 0
  }
  hash ^= hash << 3
  hash = (hash + (hash >>> 5)) | 0
  hash ^= hash << 4
  hash = (hash + (hash >>> 17)) | 0
  hash ^= hash << 25
  return (hash + (hash >>> 6)) >>> 0
}

/** MurmurHash2, 32-bit, seeded by the length. */
function murmur(bytes: Uint8Array): number {
  const mix = 0x5bd1e995
  const { length } = bytes
  let hash = Math.imul(0xdeadbeef, length) ^ length
  let at = 0
  for (; at + 4 <= length; at += 4) {
    let word = Math.imul(read4(bytes, at), mix)
    word = Math.imul(word ^ (word >>> 24), mix)
    hash = Math.imul(hash, mix) ^ word
  }
  if (at < length) {
    for (let i = length - 1; i >= at; i--) hash ^= bytes[i]! << (8 * (i - at))
    hash = Math.imul(hash, mix)
  }
  hash = Math.imul(hash ^ (hash >>> 13), mix)
  return (hash ^ (hash >>> 15)) >>> 0
}

const turn = (value: number, by: number) => (value << by) | (value >>> (32 - by))

/** Bob Jenkins' lookup3, `hashlittle`, with initial value 13. */
function jenkins(bytes: Uint8Array): number {
  let a = (0xdeadbeef + bytes.length + 13) | 0
  let b = a
  let c = a
  const word = (at: number) => (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16) | ((bytes[at + 3] ?? 0) << 24)
  let at = 0
  for (; bytes.length - at > 12; at += 12) {
    a = (a + word(at)) | 0
    b = (b + word(at + 4)) | 0
    c = (c + word(at + 8)) | 0
    a = ((a - c) | 0) ^ turn(c, 4)
    c = (c + b) | 0
    b = ((b - a) | 0) ^ turn(a, 6)
    a = (a + c) | 0
    c = ((c - b) | 0) ^ turn(b, 8)
    b = (b + a) | 0
    a = ((a - c) | 0) ^ turn(c, 16)
    c = (c + b) | 0
    b = ((b - a) | 0) ^ turn(a, 19)
    a = (a + c) | 0
    c = ((c - b) | 0) ^ turn(b, 4)
    b = (b + a) | 0
  }
  a = (a + word(at)) | 0
  b = (b + word(at + 4)) | 0
  c = (c + word(at + 8)) | 0
  c = ((c ^ b) - turn(b, 14)) | 0
  a = ((a ^ c) - turn(c, 11)) | 0
  b = ((b ^ a) - turn(a, 25)) | 0
  c = ((c ^ b) - turn(b, 16)) | 0
  a = ((a ^ c) - turn(c, 4)) | 0
  b = ((b ^ a) - turn(a, 14)) | 0
  return ((c ^ b) - turn(b, 24)) >>> 0
}

/** twemproxy's twelve, as `hash:` names them, unsigned 32-bit. Its `fnv*_64` are 32-bit in truth, its `crc32` has 15 bits. */
export const twemproxyHashes = {
  one_at_a_time: oneAtATime,
  md5: md5First,
  crc16: crc16Wide,
  crc32: crc32Of15Bits,
  crc32a: crc32,
  fnv1_64: fnv(0x84222325, 0x1b3, false),
  fnv1a_64: fnv(0x84222325, 0x1b3, true),
  fnv1_32: fnv(0x811c9dc5, 0x01000193, false),
  fnv1a_32: fnv(0x811c9dc5, 0x01000193, true),
  hsieh,
  murmur,
  jenkins,
}
