import { deflateSync, inflateSync } from 'fflate'
import { z } from 'zod'
import { fromBase64, toBase64 } from './base64.ts'
import { type Columns, columns, fromColumns, toColumns } from './columns.ts'
import { KEY_MAX, KEYS_MAX } from './keys.ts'
import { fromVersion1 } from './linkVersion1.ts'
import { EMPTY_LAB, type LabState } from './state.ts'

/** Longer links are cut or refused by servers on the way. */
export const LINK_MAX = 7_000
/** Of what a link unpacks to. The fullest ring that fits in a link has less than half. */
const JSON_MAX_BYTES = 256 * 1024
const VERSION = '2'

const link = z.strictObject({
  of: z.string().min(1).max(700).optional(),
  print: z.string().max(16).optional(),
  before: columns.optional(),
  /** Of the ring as it would be: what differs from `before`, null where it is no longer there. Without `before` all of it. */
  after: z.record(z.string(), z.unknown()).optional(),
  keys: z.array(z.string().min(1).max(KEY_MAX)).max(KEYS_MAX).optional(),
  traffic: z
    .strictObject({ reads: z.number().min(0).optional(), hits: z.number().min(0).max(1).optional(), items: z.number().min(0).optional() })
    .optional(),
})

/** The state of the lab as text for an address: `2.` and base64url of deflated JSON; '' of a lab that nobody touched. */
export function writeLab(state: LabState): string {
  const before = state.before && toColumns(state.before)
  const after = state.after && toColumns(state.after)
  const body: z.input<typeof link> = {
    ...(state.of !== null && { of: state.of }),
    ...(state.print !== null && { print: state.print }),
    ...(before && { before }),
    ...(after && { after: before ? differing(before, after) : after }),
    ...(state.keys.length > 0 && { keys: state.keys }),
    ...(Object.keys(state.traffic).length > 0 && { traffic: state.traffic }),
  }
  if (Object.keys(body).length === 0) return ''
  return `${VERSION}.${toBase64(deflateSync(new TextEncoder().encode(JSON.stringify(body)), { level: 9 }))}`
}

/** The state of a link, or why it cannot be read. Specs come as they were written, right or wrong. */
export function readLab(text: string): LabState | { because: string } {
  if (text === '') return EMPTY_LAB
  // A short text can unpack to a thousand times its length.
  if (text.length > LINK_MAX) return { because: `it is longer than the ${LINK_MAX} characters of a link` }
  const [version, body = ''] = text.split('.', 2)
  const read = version === VERSION ? inflated : version === '1' ? fromVersion1 : null
  if (read === null)
    return {
      because: /^\d+$/.test(version!)
        ? `it is of version ${version}, and this Evenkeel reads versions 1 and ${VERSION}`
        : 'it is not one of the ring lab',
    }
  try {
    return stateOf(read(fromBase64(body)))
  } catch {
    return { because: 'it is cut short or mistyped' }
  }
}

function inflated(bytes: Uint8Array<ArrayBuffer>): unknown {
  const json = inflateSync(bytes)
  if (json.length > JSON_MAX_BYTES) throw new Error('more than a ring')
  return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json))
}

function stateOf(body: unknown): LabState | { because: string } {
  const found = link.safeParse(body)
  if (!found.success) return { because: `its part ${found.error.issues[0]!.path.join('.') || 'at the top'} is not as it should be` }
  const { of = null, print = null, before, after, keys = [], traffic = {} } = found.data
  const changed = after && columns.safeParse(before ? withoutNull({ ...before, ...after }) : after)
  if (changed && !changed.success) return { because: 'its changed ring is not as it should be' }
  return { of, print, before: before ? fromColumns(before) : null, after: changed ? fromColumns(changed.data) : null, keys, traffic }
}

/** What `after` has otherwise than `before`; null: no longer there. */
function differing(before: Columns, after: Columns): Record<string, unknown> {
  const fields = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof Columns)[]
  return Object.fromEntries(
    fields.filter((field) => JSON.stringify(before[field]) !== JSON.stringify(after[field])).map((field) => [field, after[field] ?? null]),
  )
}
const withoutNull = (value: Record<string, unknown>) => Object.fromEntries(Object.entries(value).filter(([, one]) => one !== null))
