import type { KeyItem } from '../model/warming.ts'

const strictUtf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const CONTROL = /\p{Cc}/u

/** A key, given as its bytes (each one character), as it stands in JSON: no byte of it is lost, and none can end a line or a text early. */
export function keyItem(bytes: string): KeyItem {
  const buffer = Buffer.from(bytes, 'latin1')
  try {
    const key = strictUtf8.decode(buffer)
    if (!CONTROL.test(key)) return { key }
  } catch {
    // No text.
  }
  return { base64: buffer.toString('base64') }
}

/** The bytes of it, each as one character. */
export const keyBytes = (item: KeyItem): string =>
  'key' in item ? Buffer.from(item.key, 'utf8').toString('latin1') : Buffer.from(item.base64, 'base64').toString('latin1')
