const table = new Uint32Array(256)
for (let byte = 0; byte < 256; byte++) {
  let crc = byte
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  table[byte] = crc
}

/** Carries a CRC-32 on over more bytes. Begins at 0xffffffff and ends by inverting all bits; neither is done here. */
export function crc32Update(crc: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) crc = table[(crc ^ bytes[i]!) & 0xff]! ^ (crc >>> 8)
  return crc >>> 0
}

/** The four little-endian bytes of a number, as nginx chains its points. */
export function crc32UpdateWord(crc: number, word: number): number {
  for (let shift = 0; shift < 32; shift += 8) crc = table[(crc ^ (word >>> shift)) & 0xff]! ^ (crc >>> 8)
  return crc >>> 0
}

/** CRC-32 (IEEE 802.3), unsigned. */
export const crc32 = (bytes: Uint8Array): number => ~crc32Update(0xffffffff, bytes) >>> 0

/** What libmemcached and twemproxy call `crc32`, and nginx's plain `hash`: only 15 bits of it. */
export const crc32Of15Bits = (bytes: Uint8Array): number => (crc32(bytes) >>> 16) & 0x7fff
