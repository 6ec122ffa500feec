import { EvenkeelError } from './error.ts'
import { escaped, unescaped } from './escape.ts'
import { EXPIRY_NAME } from './expiry.ts'
import type { NodeRef, PoolRef, Ref, ServerRef, TargetRef, TtlRef } from './ref.ts'
import type { Pool, PoolServer, Ring, Topology, TtlPolicy } from './topology.ts'

/** What can be set of a server in a pool; `maxconn`: its limit of requests at once, 0 for none. */
export type ServerWhat = 'weight' | 'state' | 'maxconn'

/** One thing that can be set on one thing. What is compared, routed and guarded is this value; `SettingText` is its form on the wire. */
export type Setting =
  | { of: ServerRef; name: ServerWhat }
  | { of: NodeRef; name: 'points' }
  | { of: TtlRef; name: 'ttl' | 'jitter' }
  /** `config/maxmemory`, `limit_maxbytes`, `expiry/SPAN/GLOB`. */
  | { of: TargetRef; name: string }

/** As the API, the stored documents and the logs write it: `ring:NAME` and `ttl:NAME` are targets too, the control documents. */
export type SettingText = { target: string; name: string }

export const weightOf = ({ target, pool, server }: ServerRef): Setting => ({ of: { target, pool, server }, name: 'weight' })
export const stateOf = ({ target, pool, server }: ServerRef): Setting => ({ of: { target, pool, server }, name: 'state' })
export const limitOf = ({ target, pool, server }: ServerRef): Setting => ({ of: { target, pool, server }, name: 'maxconn' })

const SERVER = /^([^/]+)\/(.+)\/(weight|state|maxconn)$/s
/** A target whose name could be taken for that of a control document, or for one that was marked so. */
const MISTAKABLE = /^(target:)*(ring|ttl):/s
const MARK = 'target:'

/** The wire form of a setting: `POOL/SERVER/weight`, `RING/NODE/points` on `ring:RING`, `POLICY/ttl` on `ttl:POLICY`. */
export function settingText({ of, name }: Setting): SettingText {
  if ('ring' in of) return { target: `ring:${of.ring}`, name: `${escaped(of.ring)}/${of.node}/${name}` }
  if ('ttl' in of) return { target: `ttl:${of.ttl}`, name: `${of.ttl}/${name}` }
  const target = MISTAKABLE.test(of.target) ? MARK + of.target : of.target
  if (!('pool' in of)) return { target, name }
  const text = `${escaped(of.pool)}/${of.server}/${name}`
  // A pool called `expiry` may have a server that begins with a stretch of time.
  return { target, name: EXPIRY_NAME.test(text) ? text.replace('e', '%65') : text }
}

/** Takes `settingText` back. A text of no known form is a setting of its target that nobody writes. */
export function parseSetting({ target, name }: SettingText): Setting {
  const [, kind, own = ''] = /^(ring|ttl):(.+)$/s.exec(target) ?? []
  if (kind === 'ring') {
    const node = between(name, [`${escaped(own)}/`, `${own}/`], '/points')
    return node === null ? { of: { target }, name } : { of: { ring: own, node }, name: 'points' }
  }
  if (kind === 'ttl') {
    const what = (['ttl', 'jitter'] as const).find((one) => name === `${own}/${one}`)
    return what ? { of: { ttl: own }, name: what } : { of: { target }, name }
  }
  const of = { target: MISTAKABLE.test(target) ? target.slice(MARK.length) : target }
  const [, pool, server, what] = EXPIRY_NAME.test(name) ? [] : (SERVER.exec(name) ?? [])
  return what ? { of: { ...of, pool: unescaped(pool!), server: server! }, name: what as ServerWhat } : { of, name }
}

function between(text: string, heads: string[], tail: string): string | null {
  const head = heads.find((one) => text.startsWith(one) && text.length > one.length + tail.length)
  return head !== undefined && text.endsWith(tail) ? text.slice(head.length, -tail.length) : null
}

/** Of a known server, whether it is there. */
export type Exists = (server: ServerRef) => boolean

/**
 * The setting that a text means where a pool's slashes may have been left as they are, as in `default/web/10.0.0.1:80/weight`: the one whose
 * server exists; where both readings do, the exact one. `parseSetting` where none does.
 */
export function readSetting(text: SettingText, exists: Exists): Setting {
  const exact = parseSetting(text)
  if (!isOfServer(exact) || exists(exact.of)) return exact
  return otherReadings(text).find(({ of }) => exists(of)) ?? exact
}

/**
 * As `readSetting`, of a text that a person or program has written.
 * @throws invalid where two servers exist that it may mean
 */
export function readWritten(text: SettingText, exists: Exists, where: string): Setting {
  const exact = parseSetting(text)
  if (!isOfServer(exact)) return exact
  const found = [exact, ...otherReadings(text)].filter(({ of }) => exists(of))
  if (found.length < 2) return found[0] ?? exact
  const words = found.map(({ of }) => `${JSON.stringify(of.server)} of ${JSON.stringify(of.pool)}`).join(' or ')
  throw new EvenkeelError(
    'invalid',
    `${where}: ${JSON.stringify(text.name.slice(0, 200))} may mean ${words}; write each "/" in the name of the pool and of the server as %2F.`,
  )
}

type OfServer = Extract<Setting, { of: ServerRef }>

const isOfServer = (setting: Setting): setting is OfServer => 'server' in setting.of

/** Of more slashes than names of pools and servers have together, only the exact reading is tried: each is one more, and a request may hold a thousand texts. */
const SLASHES_MAX = 16

/** Whatever else a text may mean: the pool's name ends at each of its slashes, and both names are written raw or escaped. */
function otherReadings(text: SettingText): OfServer[] {
  const { of, name } = parseSetting(text) as OfServer
  const raw = text.name.slice(0, -name.length - 1).split('/')
  if (raw.length > SLASHES_MAX + 1) return []
  const seen = new Set([JSON.stringify(of)])
  const readings: OfServer[] = []
  const written = [raw, raw.map(unescaped)]
  for (let at = 1; at < raw.length; at++)
    for (const parts of written) {
      const [pool, server] = [parts.slice(0, at).join('/'), parts.slice(at).join('/')]
      const other = { target: of.target, pool, server }
      if (!pool || !server || seen.has(JSON.stringify(other))) continue
      seen.add(JSON.stringify(other))
      readings.push({ of: other, name })
    }
  return readings
}

/** Of the servers of these pools. */
export const existsIn =
  (pools: readonly Pool[]): Exists =>
  ({ target, pool, server }) =>
    pools.some((one) => one.target === target && one.name === pool && one.servers.some(({ name }) => name === server))

/** The server that a setting is of, in its pool, and what of it; null where it is of no server that is there. */
export function serverOf(text: SettingText, pools: readonly Pool[]): { pool: Pool; server: PoolServer; what: ServerWhat } | null {
  const { of, name } = readSetting(text, existsIn(pools))
  if (!('server' in of)) return null
  const pool = pools.find((one) => one.target === of.target && one.name === of.pool)
  const server = pool?.servers.find((one) => one.name === of.server)
  return pool && server ? { pool, server, what: name as ServerWhat } : null
}

/** The pool that a setting is in, whether or not its server is known: of very large pools no servers are read. */
export function poolOf(text: SettingText, pools: readonly Pool[]): Pool | null {
  const found = serverOf(text, pools)?.pool
  if (found) return found
  const has = ({ target, pool }: PoolRef) => pools.find((one) => one.target === target && one.name === pool)
  const { of } = readSetting(text, (server) => has(server) !== undefined)
  return ('server' in of && has(of)) || null
}

export type ServerPart = { pool: string; server: string; what: 'weight' | 'state' }
export type LimitPart = { pool: string; server: string; what: 'maxconn' }

/** `POOL/SERVER/weight` as the target that it is set on reads it; `exists` where it knows its servers. Null where it is none of a server. */
export function serverPart(name: string, exists: (pool: string, server: string) => boolean = () => false): ServerPart | null {
  const { of, name: what } = readSetting({ target: '', name }, ({ pool, server }) => exists(pool, server))
  return 'server' in of && what !== 'maxconn' ? { pool: of.pool, server: of.server, what: what as ServerPart['what'] } : null
}

/** `POOL/SERVER/maxconn`, likewise. */
export function limitPart(name: string): LimitPart | null {
  const { of, name: what } = parseSetting({ target: '', name })
  return 'server' in of && what === 'maxconn' ? { pool: of.pool, server: of.server, what } : null
}

/** The ring or TTL policy whose control document holds a setting; null where none does, or none of that name is known. */
export function documentOf(text: SettingText, { rings, ttls }: Pick<Topology, 'rings' | 'ttls'>): Ring | TtlPolicy | null {
  const { of } = parseSetting(text)
  if ('ring' in of) return rings.find(({ name }) => name === of.ring) ?? null
  return ('ttl' in of && ttls.find(({ name }) => name === of.ttl)) || null
}

/** What a change of a setting is about: the pool, ring, policy or target of which one change may be in flight at a time. */
export function groupOf({ of }: Setting): Ref {
  if ('server' in of) return { target: of.target, pool: of.pool }
  if ('node' in of) return { ring: of.ring }
  return of
}

/** Tells two settings apart, in a map. */
export const settingKey = ({ target, name }: SettingText) => JSON.stringify([target, name])

/** The mark in the store that another writer contests a setting: nothing is proposed for it until a person decides. */
export const contestedKey = ({ target, name }: SettingText) =>
  // The target ends at the last colon before the first slash.
  `contested:${target}:${name.replace(/^[^/]+/, (first) => first.replaceAll(':', '%3A'))}`

/** All keys that may hold the mark: the one that is written, and that of older versions, which escaped nothing. */
export function contestedKeys(text: SettingText): string[] {
  const { of, name } = parseSetting(text)
  const target = 'target' in of ? of.target : text.target
  const raw = 'server' in of ? `${of.pool}/${of.server}/${name}` : 'node' in of ? `${of.ring}/${of.node}/${name}` : text.name
  return [...new Set([contestedKey(text), `contested:${target}:${raw}`])]
}

export const contestedText = ({ target, name }: SettingText) =>
  `Somebody else changes ${name} on ${target}; a person must decide who owns it before anything is proposed.`
