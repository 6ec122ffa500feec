import { z } from 'zod'
import { type PoolRef, type RingRef, refText } from '../model/ref.ts'
import { RING_ALGORITHMS, type RingNode, type RingSpec } from '../model/ring.ts'
import { bytesOf } from '../rings/hashes/bytes.ts'
import { crc32 } from '../rings/hashes/crc32.ts'
import { KEY_MAX, KEYS_MAX } from './keys.ts'

/** All that the ring lab shows, so that whoever opens its link sees the same. */
export type LabState = {
  /** The known ring it starts from, as edges name it: `ring:products`, `pool:edge/app`. Null: a described one, or the first known. */
  of: string | null
  /** Print of the known ring when the link was made: tells whether it has changed since. */
  print: string | null
  /** A described ring as it is now. Need not be right yet: the page says what is wrong with it. */
  before: RingSpec | null
  /** How the ring would be; null: as it is. */
  after: RingSpec | null
  /** Keys that are looked up. */
  keys: string[]
  /** Traffic of a described ring, as far as somebody said: reads a second, hit ratio, keys held. */
  traffic: LabTraffic
}
export type LabTraffic = { reads?: number; hits?: number; items?: number }

export const EMPTY_LAB: LabState = { of: null, print: null, before: null, after: null, keys: [], traffic: {} }

/** Longer links are cut or refused by servers on the way. */
export const LINK_MAX = 7_000
const NODES_MAX = 1_000
const VERSION = '1'

const STATES = { u: 'up', d: 'drain', m: 'maint', x: 'down' } as const
const LETTER = { up: 'u', drain: 'd', maint: 'm', down: 'x' } as const

const nothing = z.null()
const run = z.tuple([z.int().min(0).max(9), z.int().min(1).max(NODES_MAX)])
const texts = z.array(z.union([z.string().max(400), z.int().min(0).max(400), run, nothing])).max(3 * NODES_MAX)
const numbers = z.union([z.number(), z.array(z.union([z.number(), nothing])).max(NODES_MAX)])
const range = z.tuple([z.number(), z.number()])
const packed = z.strictObject({
  a: z.enum(RING_ALGORITHMS),
  o: z.record(z.string().max(40), z.union([z.string().max(40), z.number(), z.boolean()])).optional(),
  n: texts,
  d: texts.optional(),
  l: texts.optional(),
  i: numbers.optional(),
  w: numbers.optional(),
  p: numbers.optional(),
  s: z
    .string()
    .regex(/^[udmx]*$/)
    .max(NODES_MAX)
    .optional(),
  t: z
    .array(z.union([z.array(range).max(16_384), nothing]))
    .max(NODES_MAX)
    .optional(),
})
type Packed = z.infer<typeof packed>

const link = z.strictObject({
  r: z.string().min(1).max(700).optional(),
  f: z.string().max(16).optional(),
  b: packed.optional(),
  c: z.record(z.string(), z.unknown()).optional(),
  k: z.array(z.string().min(1).max(KEY_MAX)).max(KEYS_MAX).optional(),
  q: z
    .strictObject({ reads: z.number().min(0).optional(), hits: z.number().min(0).max(1).optional(), items: z.number().min(0).optional() })
    .optional(),
})

/** `1.` and base64url of packed JSON; '' of a lab that nobody touched. */
export function writeLab(state: LabState): string {
  const before = state.before && pack(state.before)
  const after = state.after && pack(state.after)
  const body: z.input<typeof link> = {
    ...(state.of !== null && { r: state.of }),
    ...(state.print !== null && { f: state.print }),
    ...(before && { b: before }),
    ...(after && { c: before ? differing(before, after) : after }),
    ...(state.keys.length > 0 && { k: state.keys }),
    ...(Object.keys(state.traffic).length > 0 && { q: state.traffic }),
  }
  return Object.keys(body).length === 0 ? '' : `${VERSION}.${toBase64(JSON.stringify(body))}`
}

/** The address of the lab with a known ring, that of applications or of a pool, and an edit of it. */
export const labHref = (of: RingRef | PoolRef, edited: Partial<LabState> = {}) =>
  `/lab?lab=${writeLab({ ...EMPTY_LAB, ...edited, of: refText(of) })}`

/** The state of a link, or why it cannot be read. Specs come as they were written, right or wrong. */
export function readLab(text: string): LabState | { because: string } {
  if (text === '') return EMPTY_LAB
  const [version, body = ''] = text.split('.', 2)
  if (version !== VERSION)
    return {
      because: /^\d+$/.test(version!)
        ? `it is of version ${version}, and this Evenkeel reads version ${VERSION}`
        : 'it is not one of the ring lab',
    }
  try {
    const found = link.safeParse(JSON.parse(fromBase64(body)))
    if (!found.success) return { because: `its part ${found.error.issues[0]!.path.join('.') || 'at the top'} is not as it should be` }
    const { r, f, b, c, k, q } = found.data
    const changed = c && packed.safeParse(b ? withoutNull({ ...b, ...c }) : c)
    if (changed && !changed.success) return { because: 'its changed ring is not as it should be' }
    return {
      of: r ?? null,
      print: f ?? null,
      before: b ? unpack(b) : null,
      after: changed ? unpack(changed.data) : null,
      keys: k ?? [],
      traffic: q ?? {},
    }
  } catch {
    return { because: 'it is cut short or mistyped' }
  }
}

/** A short print of a spec: the same for the same ring. */
export const printOf = (spec: RingSpec): string => crc32(bytesOf(JSON.stringify(pack(spec)))).toString(36)

/** Whether two specs are the same ring, whatever the order of their fields. */
export const sameSpec = (one: RingSpec, other: RingSpec): boolean => one === other || plain(one) === plain(other)
const plain = ({ algorithm, options = {}, nodes }: RingSpec) =>
  JSON.stringify([
    algorithm,
    Object.entries(options).sort(),
    nodes.map(({ name, address, label, id, weight, points, state = 'up', slots }) => [
      name,
      address,
      label,
      id,
      weight,
      points,
      state,
      slots,
    ]),
  ])

/** One column a field: where all nodes have the same, the value alone; texts without the beginning they share with the one before. */
function pack({ algorithm, nodes, options = {} }: RingSpec): Packed {
  const some = (field: keyof RingNode) => nodes.some((node) => node[field] !== undefined)
  return {
    a: algorithm,
    ...(Object.keys(options).length > 0 && { o: Object.fromEntries(Object.entries(options).sort()) }),
    n: shorten(nodes.map(({ name }) => name)),
    ...(some('address') && { d: shorten(nodes.map(({ address }) => address)) }),
    ...(some('label') && { l: shorten(nodes.map(({ label }) => label)) }),
    ...(some('id') && { i: column(nodes.map(({ id }) => id)) }),
    ...(some('weight') && { w: column(nodes.map(({ weight }) => weight)) }),
    ...(some('points') && { p: column(nodes.map(({ points }) => points)) }),
    ...(nodes.some(({ state = 'up' }) => state !== 'up') && { s: nodes.map(({ state = 'up' }) => LETTER[state]).join('') }),
    ...(some('slots') && { t: nodes.map(({ slots }) => slots ?? null) }),
  }
}

function unpack({ a, o, n, d, l, i, w, p, s, t }: Packed): RingSpec {
  const [names, addresses, labels] = [lengthen(n), lengthen(d), lengthen(l)]
  const value = (from: number | (number | null)[] | undefined, at: number) => (Array.isArray(from) ? (from[at] ?? undefined) : from)
  const nodes = names.map((name, at): RingNode => {
    const given = {
      address: addresses[at],
      label: labels[at],
      id: value(i, at),
      weight: value(w, at),
      points: value(p, at),
      state: s?.[at] && s[at] !== 'u' ? STATES[s[at] as keyof typeof STATES] : undefined,
      slots: t?.[at] ?? undefined,
    }
    return { name: name ?? '', ...Object.fromEntries(Object.entries(given).filter(([, one]) => one !== undefined)) }
  })
  return { algorithm: a, nodes, ...(o && { options: o as RingSpec['options'] }) }
}

const column = (values: (number | undefined)[]): number | (number | null)[] =>
  values[0] !== undefined && values.every((value) => value === values[0]) ? values[0] : values.map((value) => value ?? null)

type Text = z.infer<typeof texts>[number]

/**
 * A number before a text: so many characters are those of the text before. A pair, place and count: so many texts more, in each of which
 * the number at that place, counted from the end, is one up: cache-1, cache-2, … or 10.0.0.1:6379, 10.0.0.2:6379, …
 */
function shorten(values: (string | undefined)[]): Text[] {
  const parts: Text[] = []
  let last = ''
  for (let at = 0; at < values.length; at++) {
    const value = values[at]
    if (value === undefined) {
      parts.push(null)
      continue
    }
    const place = PLACES.find((place) => value === oneUp(last, place) && values[at + 1] === oneUp(value, place))
    if (place !== undefined) {
      let count = 1
      while (values[at + count] !== undefined && values[at + count] === oneUp(values[at + count - 1]!, place)) count++
      parts.push([place, count])
      at += count - 1
      last = values[at]!
      continue
    }
    let shared = 0
    while (shared < last.length && shared < value.length && last[shared] === value[shared]) shared++
    last = value
    parts.push(...(shared > 1 ? [shared, value.slice(shared)] : [value]))
  }
  return parts
}
function lengthen(parts: Text[] = []): (string | undefined)[] {
  const values: (string | undefined)[] = []
  let last = ''
  let shared = 0
  for (const part of parts) {
    if (typeof part === 'number') shared = part
    else if (part === null) values.push(undefined)
    else if (Array.isArray(part)) {
      const [place, count] = part
      if (values.length + count > NODES_MAX) throw new Error('more nodes than are computed')
      for (let i = 0; i < count; i++) {
        last = oneUp(last, place) ?? ''
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

const PLACES = [0, 1, 2, 3]
/** The text with one of its numbers one up, zeros before it kept; null where it has none at that place. */
function oneUp(text: string, place: number): string | null {
  const found = [...text.matchAll(/\d+/g)].at(-1 - place)
  if (!found || found[0].length > 9) return null
  const next = String(Number(found[0]) + 1).padStart(found[0].length, '0')
  return text.slice(0, found.index) + next + text.slice(found.index + found[0].length)
}

/** What `after` has otherwise than `before`; null: no longer there. */
function differing(before: Packed, after: Packed): Record<string, unknown> {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof Packed)[]
  return Object.fromEntries(
    fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field])).map((field) => [field, after[field] ?? null]),
  )
}
const withoutNull = (value: Record<string, unknown>) => Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null))

function toBase64(text: string): string {
  const letters = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('')
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
function fromBase64(text: string): string {
  const letters = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return new TextDecoder('utf-8', { fatal: true }).decode(Uint8Array.from(letters, (letter) => letter.charCodeAt(0)))
}
