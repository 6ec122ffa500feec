const table = new Uint16Array(256)
for (let byte = 0; byte < 256; byte++) {
  let crc = byte << 8
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1
  table[byte] = crc
}

/** CRC-16/XMODEM that is never cut to 16 bits, as in twemproxy; its low 16 bits are the true CRC-16 that Redis Cluster uses. Unsigned. */
export function crc16Wide(bytes: Uint8Array): number {
  let crc = 0
  for (let i = 0; i < bytes.length; i++) crc = (crc << 8) ^ table[((crc >>> 8) ^ bytes[i]!) & 0xff]!
  return crc >>> 0
}
