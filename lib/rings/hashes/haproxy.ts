import { crc32 } from './crc32.ts'

/** HAProxy's "full hash": Bob Jenkins' six-step integer avalanche times a prime near 3/4 of 2^32. A bijection. Unsigned. */
export function fullHash(value: number): number {
  let a = value | 0
  a = (a + 0x7ed55d16 + (a << 12)) | 0
  a = a ^ 0xc761c23c ^ (a >>> 19)
  a = (a + 0x165667b1 + (a << 5)) | 0
  a = ((a + 0xd3a2646c) | 0) ^ (a << 9)
  a = (a + 0xfd7046c5 + (a << 3)) | 0
  a = a ^ 0xb55a4f09 ^ (a >>> 16)
  return Math.imul(a, 0xc0000001) >>> 0
}

function sdbm(bytes: Uint8Array): number {
  let hash = 0
  for (let i = 0; i < bytes.length; i++) hash = (bytes[i]! + (hash << 6) + (hash << 16) - hash) | 0
  return hash >>> 0
}

function djb2(bytes: Uint8Array): number {
  let hash = 5381
  for (let i = 0; i < bytes.length; i++) hash = (Math.imul(hash, 33) + bytes[i]!) | 0
  return hash >>> 0
}

function wt6(bytes: Uint8Array): number {
  let h0 = 0xa53c965a | 0
  let h1 = 0x5ca6953a | 0
  let step0 = 6
  let step1 = 18
  for (let i = 0; i < bytes.length; i++) {
    h0 = ~(h0 ^ bytes[i]!)
    h1 = ~(h1 + bytes[i]!)
    const turned = (h1 << step0) | (h1 >>> (32 - step0))
    h1 = (h0 << step1) | (h0 >>> (32 - step1))
    h0 = turned
    const steps = ((h0 >>> 16) ^ h1) & 0xffff
    step0 = steps & 0x1f
    step1 = steps >>> 11
  }
  return (h0 ^ h1) >>> 0
}

/** The functions of `hash-type`, over bytes, unsigned 32-bit. */
export const haproxyHashes = { sdbm, djb2, wt6, crc32 }

/** `balance source` of an IPv4 address: its four bytes as one big-endian number. Null when the text is not one. */
export function ipv4(text: string): number | null {
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(text)
  if (!match) return null
  let value = 0
  for (let i = 1; i <= 4; i++) {
    const part = Number(match[i])
    if (part > 255) return null
    value = value * 256 + part
  }
  return value
}
