import { decimalOf } from '../answers.ts'
import { WRAPPED } from './infoLines.ts'

/** The classes that `client-output-buffer-limit` sets limits for. */
export const CLIENT_CLASSES = ['normal', 'replica', 'pubsub'] as const
export type ClientClass = (typeof CLIENT_CLASSES)[number]

/** The output buffers of one class of connections: all together, and the row of the largest (null: none holds anything). */
export type ClassBuffers = { sum: number; max: number; largest: string | null }

/** By class; empty where the server tells of no buffers, or one number cannot be: then none is known. */
export function buffersByClass(rows: readonly string[]): Map<ClientClass, ClassBuffers> {
  const buffers = new Map<ClientClass, ClassBuffers>(CLIENT_CLASSES.map((name) => [name, { sum: 0, max: 0, largest: null }]))
  for (const row of rows) {
    const of = classOf(row)
    const bytes = decimalOf(clientField(row, 'omem') ?? '')
    const before = buffers.get(of)!
    if (!(bytes >= 0 && bytes < WRAPPED)) return new Map()
    if (bytes > before.max) buffers.set(of, { sum: before.sum + bytes, max: bytes, largest: row })
    else before.sum += bytes
  }
  return buffers
}

/** As the server itself classes them: one in MONITOR counts as normal, although it is flagged like a replica by some versions. */
function classOf(row: string): ClientClass {
  const flags = clientField(row, 'flags') ?? ''
  if (flags.includes('S') && !flags.includes('O')) return 'replica'
  return flags.includes('P') ? 'pubsub' : 'normal'
}

/** A field of a row of CLIENT LIST. */
export function clientField(row: string, name: string): string | undefined {
  const at = row.startsWith(`${name}=`) ? 0 : row.indexOf(` ${name}=`) + 1
  if (at === 0 && !row.startsWith(`${name}=`)) return undefined
  const end = row.indexOf(' ', at)
  return row.slice(at + name.length + 1, end < 0 ? undefined : end)
}

/** `client-output-buffer-limit` as CONFIG GET answers it: four words a class. What cannot be read is left out; `slave` is the old name of replicas. */
export function outputLimits(text: string): Map<ClientClass, { hard: number; soft: number; seconds: number }> {
  const words = text.trim().split(/\s+/)
  const limits = new Map<ClientClass, { hard: number; soft: number; seconds: number }>()
  for (let i = 0; i + 3 < words.length; i += 4) {
    const name = words[i] === 'slave' ? 'replica' : words[i]
    const of = CLIENT_CLASSES.find((one) => one === name)
    const [hard, soft, seconds] = words.slice(i + 1, i + 4).map(decimalOf) as [number, number, number]
    if (of && [hard, soft, seconds].every((number) => number >= 0 && number < WRAPPED)) limits.set(of, { hard, soft, seconds })
  }
  return limits
}
