import { keyText } from '../answers.ts'

/** Bytes of keys and values as text, at any depth: what is kept of an answer can be written as JSON. */
export function replyText(answer: unknown): unknown {
  if (Buffer.isBuffer(answer)) return keyText(answer)
  return Array.isArray(answer) ? answer.map(replyText) : answer
}

/** A whole number from 0 on, which some proxies send as text; null: it is none. */
export function wholeOf(part: unknown): number | null {
  const value = typeof part === 'number' || (typeof part === 'string' && /^\d{1,16}$/.test(part)) ? Number(part) : Number.NaN
  return Number.isSafeInteger(value) && value >= 0 ? value : null
}
