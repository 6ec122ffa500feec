import { z } from 'zod'
import { NODES_MAX } from '../rings/nodesMax.ts'

/**
 * A link of version 1 as the body of the present one. Links live in tickets and chats: what was shared before compression still opens.
 * Its checksum is left out, since it was of another text: nothing then tells whether the known ring has changed since.
 * @throws Error of what is no such link
 */
export function fromVersion1(bytes: Uint8Array<ArrayBuffer>): unknown {
  const body = link.parse(JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes)))
  const { r: of, b, c, k: keys, q: traffic } = body
  const before = b && columnsOf(b)
  // A value that stood for every node stands for those of the changed ring: it is put together first.
  const changed = c && columnsOf(withoutNull({ ...b, ...c }))
  const gone = Object.fromEntries(Object.keys(before ?? {}).map((field) => [field, null]))
  return defined({ of, before, after: changed && { ...gone, ...changed }, keys, traffic })
}

const STATES = { u: 'up', d: 'drain', m: 'maint', x: 'down' } as const

const run = z.tuple([z.int().min(0).max(9), z.int().min(1).max(NODES_MAX)])
const texts = z.array(z.union([z.string().max(400), z.int().min(0).max(400), run, z.null()])).max(3 * NODES_MAX)
type Text = z.infer<typeof texts>[number]
const column = z.union([z.unknown().array(), z.unknown()])
/** One letter a field; null in a changed ring: no longer there. */
const ring = z.strictObject({
  a: z.unknown().optional(),
  o: z.unknown().optional(),
  n: texts.nullish(),
  d: texts.nullish(),
  l: texts.nullish(),
  i: column.optional(),
  w: column.optional(),
  p: column.optional(),
  s: z
    .string()
    .regex(/^[udmx]*$/)
    .max(NODES_MAX)
    .nullish(),
  t: z.unknown().optional(),
})
const link = z.strictObject({
  r: z.unknown().optional(),
  f: z.unknown().optional(),
  b: ring.optional(),
  c: ring.optional(),
  k: z.unknown().optional(),
  q: z.unknown().optional(),
})

/** A value by itself is every node's. */
function columnsOf({ a, o, n, d, l, i, w, p, s, t }: z.infer<typeof ring>): Record<string, unknown> {
  const name = lengthen(n ?? []).map((text) => text ?? '')
  const each = (value: unknown) => (typeof value === 'number' ? name.map(() => value) : value)
  const states = s && [...s].map((letter) => (letter === 'u' ? null : STATES[letter as keyof typeof STATES]))
  const [address, label] = [d, l].map((list) => list && lengthen(list))
  return defined({ algorithm: a, options: o, name, address, label, id: each(i), weight: each(w), points: each(p), state: states, slots: t })
}

const withoutNull = (value: z.infer<typeof ring>) => Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null))
const defined = (value: Record<string, unknown>) => Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined))

/**
 * Texts as they were before they were shortened. A number: so many characters of the text before stand before the next. A pair, place and
 * count: so many texts more, in each of which the number at that place, counted from the end, is one up: cache-1, cache-2, …
 */
function lengthen(parts: readonly Text[]): (string | null)[] {
  const values: (string | null)[] = []
  let last = ''
  let shared = 0
  for (const part of parts) {
    if (typeof part === 'number') shared = part
    else if (part === null) values.push(null)
    else if (Array.isArray(part)) {
      const [place, count] = part
      if (values.length + count > NODES_MAX) throw new Error('more nodes than are computed')
      for (let i = 0; i < count; i++) {
        last = oneUp(last, place)
        values.push(last)
      }
    } else {
      last = last.slice(0, shared) + part
      shared = 0
      values.push(last)
    }
  }
  return values
}

/** The text with one of its numbers one up, zeros before it kept; nothing where it has none at that place. */
function oneUp(text: string, place: number): string {
  const found = [...text.matchAll(/\d+/g)].at(-1 - place)
  if (!found || found[0].length > 9) return ''
  const next = String(Number(found[0]) + 1).padStart(found[0].length, '0')
  return text.slice(0, found.index) + next + text.slice(found.index + found[0].length)
}
