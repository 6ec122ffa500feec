import { malformed } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import { printable } from '../answers.ts'

/** A member of a director, in its order; `weight` where it has one and is healthy, `rampup`: its part of the way to full traffic. */
export type Member = { name: string; weight?: number; rampup?: number; healthy?: boolean }

/** A backend or director of the active VCL. */
export type Listed = {
  name: string
  /** `backend`, or the director's: `round-robin`, `random`, `fallback`, `hash`, `shard`, … */
  type: string
  /** What a person has set: `auto` where a probe decides, or nothing does. */
  admin: 'auto' | 'healthy' | 'sick'
  /** Whether a probe asks it; null where this version does not say. */
  probed: boolean | null
  healthy: boolean
  /** Where this version tells it (8.0 on). */
  address?: string
  /** Of a director, where it tells them; `hash` does not. */
  members?: Member[]
  /** Of `shard`: the part of requests that goes to the next backend to warm it. */
  warmup?: number
}

/** `vcl`: the name of the active VCL. */
export type BackendList = { vcl: string; rows: Listed[]; unread: string[] }

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json => typeof value === 'object' && value !== null && !Array.isArray(value)
const textOf = (value: unknown) => (typeof value === 'string' ? printable(value.slice(0, 200)) : '')
const numberOf = (value: unknown) => (typeof value === 'number' && Number.isFinite(value) ? value : undefined)

/** The payload of an answer in JSON: behind the version, the command and the time. Throws `malformed`. */
export function payloadOf(command: string, text: string): unknown[] {
  const answer = jsonOf(command, text)
  if (!Array.isArray(answer) || !Array.isArray(answer[1])) throw malformed(`${command} -j is to answer a list`, text)
  return answer.slice(3)
}

function jsonOf(command: string, text: string): unknown {
  try {
    return parseJson(text)
  } catch {
    throw malformed(`${command} -j is to answer in JSON`, text)
  }
}

/** Reads `backend.list -p -j`, whose names begin with the VCL's. Rows that cannot be read are left out and told. */
export function parseBackendList(text: string): BackendList {
  const [table] = payloadOf('backend.list', text)
  if (!isObject(table)) throw malformed('backend.list -j is to hold an object of backends', text)
  const unread: string[] = []
  const rows: Listed[] = []
  let vcl = ''
  for (const [full, row] of Object.entries(table)) {
    const dot = full.indexOf('.')
    const listed = isObject(row) && dot > 0 ? listedOf(printable(full.slice(dot + 1)), row) : null
    if (!listed) {
      unread.push(full)
      continue
    }
    vcl ||= full.slice(0, dot)
    rows.push(listed)
  }
  return { vcl: printable(vcl), rows, unread }
}

const ADMIN: Record<string, Listed['admin']> = { probe: 'auto', auto: 'auto', healthy: 'healthy', sick: 'sick' }

function listedOf(name: string, row: Json): Listed | null {
  const type = textOf(row.type)
  const admin = ADMIN[textOf(row.admin_health)]
  const message = row.probe_message
  // Older ones say it in a text, and only of what is probed.
  const word = Array.isArray(message) ? message.at(-1) : (message ?? 'healthy')
  if (!type || !admin || typeof word !== 'string' || name === '') return null
  const details = isObject(row.probe_details) ? row.probe_details : null
  const probed = type !== 'backend' || details === null ? null : Object.keys(details).length > 0
  const address = textOf(row.ipv4) || textOf(row.ipv6)
  const port = textOf(row.port) || numberOf(row.port)
  const members = details && isObject(details.backends) ? membersOf(details.backends) : undefined
  const warmup = numberOf(details?.warmup)
  return {
    name,
    type,
    // Without a probe `auto` reads as `healthy`, and is the same.
    admin: admin === 'healthy' && probed === false ? 'auto' : admin,
    probed,
    healthy: admin === 'healthy' || (admin === 'auto' && !/sick|bad/i.test(word)),
    ...(address ? { address: port ? `${address}:${port}` : address } : {}),
    ...(members ? { members } : {}),
    ...(warmup === undefined ? {} : { warmup }),
  }
}

const membersOf = (table: Json): Member[] =>
  Object.entries(table).map(([name, row]) => {
    const told = isObject(row) ? row : {}
    const [weight, rampup, health] = [numberOf(told.weight), numberOf(told.rampup), textOf(told.health)]
    return {
      name: printable(name),
      ...(weight === undefined ? {} : { weight }),
      ...(rampup === undefined ? {} : { rampup }),
      ...(health ? { healthy: health === 'healthy' } : {}),
    }
  })
