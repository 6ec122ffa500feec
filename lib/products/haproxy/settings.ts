import { z } from 'zod'
import { EvenkeelError } from '../../model/error.ts'
import { type LimitPart, limitPart, type ServerPart, serverPart } from '../../model/setting.ts'
import type { LimitRow } from './admin.ts'
import { FRONTEND_LIMIT, frontendPart } from './frontends.ts'
import type { StateRow } from './serversState.ts'

export const WEIGHT = z
  .string()
  .regex(/^(0|[1-9]\d{0,2})$/, 'a whole number from 0 to 256')
  .refine((text) => Number(text) <= 256, 'at most 256')
export const STATE = z.enum(['ready', 'drain', 'maint'], { error: 'allowed: ready, drain, maint' })

/** A server's `maxconn`. */
export const LIMIT = z.string().regex(/^(0|[1-9]\d{0,8})$/, 'a whole number of requests at once; 0: no limit')

// HAProxy's own alphabet for names (its manual, section 2.2): nothing that could end a command.
const NAME = /^[A-Za-z0-9_.:-]+$/

/** The server that a setting is of, and what of it. Throws `not_found` for a name that is none. */
export function partsOf(name: string): ServerPart {
  const part = serverPart(name)
  if (!part || !NAME.test(part.pool) || !NAME.test(part.server))
    throw new EvenkeelError(
      'not_found',
      `${JSON.stringify(name.slice(0, 80))} is no setting: POOL/SERVER/weight, POOL/SERVER/state, POOL/SERVER/maxconn or frontend-maxconn/FRONTEND`,
    )
  return part
}

/** The same, for a value that may be written. Throws `invalid`. */
export function checkedParts(name: string, value: string): ServerPart & { value: string } {
  const part = partsOf(name)
  const checked = (part.what === 'weight' ? WEIGHT : STATE).safeParse(value)
  if (!checked.success) throw new EvenkeelError('invalid', `${name}: ${checked.error.issues[0]?.message}`)
  return { ...part, value: checked.data }
}

/** The server whose limit a setting is; null for every other setting. */
export function limitParts(name: string): LimitPart | null {
  const part = limitPart(name)
  return part && NAME.test(part.pool) && NAME.test(part.server) ? part : null
}

/** Throws `invalid` for a value that no setting of that name takes. */
export function checkValue(name: string, value: string): void {
  if (frontendPart(name) !== null) {
    if (!FRONTEND_LIMIT.safeParse(value).success)
      throw new EvenkeelError('invalid', `${name}: expected a whole number of connections at once, at least 1`)
    return
  }
  if (!limitParts(name)) checkedParts(name, value)
  else if (!LIMIT.safeParse(value).success)
    throw new EvenkeelError('invalid', `${name}: expected a whole number of requests at once; 0: no limit`)
}

/** The limit in force of a server, of those that the statistics show. Throws `not_found` for one that is not there. */
export function limitIn(rows: readonly LimitRow[], { pool, server }: LimitPart): string {
  const row = rows.find((one) => one.pool === pool && one.server === server)
  if (row) return String(row.limit)
  throw new EvenkeelError(
    'not_found',
    rows.some((one) => one.pool === pool) ? `the pool ${pool} has no server ${server}` : `this HAProxy has no pool ${pool}`,
  )
}

/** The values of settings in what runs. Throws `not_found` for a server that is not there. */
export function valuesIn(rows: readonly StateRow[], names: readonly string[]): Record<string, string> {
  return Object.fromEntries(names.map((name) => [name, valueIn(rows, name)]))
}

function valueIn(rows: readonly StateRow[], name: string): string {
  const { pool, server, what } = partsOf(name)
  const row = rows.find((candidate) => candidate.pool === pool && candidate.server === server)
  if (!row) {
    const known = rows.some((candidate) => candidate.pool === pool)
    throw new EvenkeelError('not_found', known ? `the pool ${pool} has no server ${server}` : `this HAProxy has no pool ${pool}`)
  }
  if (what === 'state') return row.admin
  if (row.weight === undefined) throw new EvenkeelError('not_allowed', NO_WEIGHTS)
  return String(row.weight)
}

export const NO_LIMITS = 'the Data Plane API sets no limit at run time: give `write: config`, or the admin socket'

export const NO_WEIGHTS =
  'this Data Plane API is older than 3.3.6 and neither tells nor sets weights at run time: give `write: config`, or the admin socket'

/** HAProxy's refusals of `set server`, in words. */
export function refusedBy(text: string, name: string, value: string): EvenkeelError {
  if (/No such (server|backend)/.test(text)) return new EvenkeelError('not_found', `HAProxy: ${text}`)
  if (/static LB algorithm/.test(text))
    return new EvenkeelError('invalid', `${name}: this pool's algorithm takes only 0 % and 100 % at run time; change the file instead`)
  return new EvenkeelError('invalid', `HAProxy refuses ${name} = ${value}: ${text.slice(0, 200)}`)
}
