import { isIP } from 'node:net'
import type { Can, Pool } from '../../model/topology.ts'
import { printable } from '../answers.ts'
import type { Upstream, UpstreamServer } from './upstreamFile.ts'

/** How an upstream chooses its servers, as its statements say. */
export type Balancing = {
  /** `least_conn`, `hash $request_uri consistent`, …, or `round robin`. */
  algorithm: string
  balances: Pool['balances']
  sticky?: string
  /** What is not understood or not certain, a sentence each. */
  unknown: string[]
  /** Why there may be servers besides those that are written. */
  others?: string
  /** Those that are written only stand there until NGINX has started. */
  replaced?: true
  /** Whether a weight that is written decides what a server gets. */
  weights: Can
}

/** What a statement comes to: nothing for who is asked, a method, or why nothing can be known. */
type Meaning =
  | { is: 'silent' }
  | { is: 'method'; balances: Pool['balances']; says?: string }
  | { is: 'sticky' }
  /** It is only named. */
  | { is: 'named'; says: string }
  /** It decides over the servers in a way that is not known. `others`: over which there are, too. */
  | { is: 'chooses'; says: string; others?: boolean; replaces?: true }

const SILENT: Meaning = { is: 'silent' }
const CONNECTIONS = ['keepalive', 'keepalive_requests', 'keepalive_time', 'keepalive_timeout', 'bind', 'max_conns']
const OTHERS_SILENT = [
  'zone',
  'resolver',
  'resolver_timeout',
  'ntlm',
  'queue',
  'upsync_dump_path',
  'upstream_conf',
  'sticky_secret',
  'sticky_strict',
]
const MEANINGS: Record<string, (words: string[]) => Meaning> = {
  ...Object.fromEntries([...CONNECTIONS, ...OTHERS_SILENT].map((name) => [name, () => SILENT])),
  least_conn: (words) => (words.length === 1 ? { is: 'method', balances: 'load' } : notUnderstood()),
  ip_hash: () => ({ is: 'method', balances: 'hash' }),
  hash: (words) =>
    words.length === 2 || (words.length === 3 && words[2] === 'consistent') ? { is: 'method', balances: 'hash' } : notUnderstood(),
  random: ([, two, by]) => {
    if (two === undefined) return { is: 'method', balances: 'weight' }
    if (two !== 'two') return notUnderstood()
    return by === undefined || by === 'least_conn' ? { is: 'method', balances: 'load' } : measured()
  },
  least_time: measured,
  fair: measured,
  // Tengine's smooth weighted round robin.
  vnswrr: () => ({ is: 'method', balances: 'weight' }),
  sticky: () => ({ is: 'sticky' }),
  session_sticky: () => ({ is: 'sticky' }),
  sticky_cookie_insert: () => ({ is: 'sticky' }),
  jvm_route: () => ({ is: 'sticky' }),
  check: () => ({
    is: 'named',
    says: 'takes servers out by health checks of its own, which are not seen here: a server shown as up may be out',
  }),
  dynamic_resolve: () => ({ is: 'named', says: 'resolves the names of its servers anew while it runs' }),
  consistent_hash: () => ({ is: 'chooses', says: 'hashes in a way that is not known here' }),
  balancer_by_lua_block: lua,
  balancer_by_lua_file: lua,
  balancer_by_lua: lua,
  state: () => elsewhere('keeps the servers in a file that NGINX itself writes'),
  upsync: () => ({ ...elsewhere('takes servers and weights from a registry'), replaces: true }),
  jdomain: () => elsewhere('makes servers of what a name resolves to'),
  include: () => elsewhere('brings in another file, which is not read: name the file that holds the `server` lines'),
}
/** Details of the health checks that `check` is named for. */
const CHECK_DETAIL = /^check_/

function measured(): Meaning {
  return { is: 'method', balances: 'unknown', says: 'goes by times that NGINX measures: no share can be expected' }
}
function lua(): Meaning {
  return { is: 'chooses', says: 'lets Lua choose the server: neither weights nor the servers written beside it need count', others: true }
}
function elsewhere(says: string): Meaning & { is: 'chooses' } {
  return { is: 'chooses', says, others: true }
}
function notUnderstood(): Meaning {
  return { is: 'chooses', says: 'is not understood', others: true }
}

/** What the parameters of a `server` say beyond weight, `down` and `backup`. Of NGINX, NGINX Plus and Angie. */
const PARAMETER = /^(weight|max_conns|max_fails|fail_timeout|slow_start|route|sid|service)=|^(down|backup|drain|resolve)$/

/** Reads what the statements of an upstream come to. Whatever is not known to leave the choice of the server alone makes it uncertain. */
export function balancingOf({ servers, statements, absent }: Upstream, configured: { hash?: string; consistent?: boolean }): Balancing {
  const unknown: string[] = []
  let method: { algorithm: string; balances: Pool['balances']; says?: string } | null = null
  let sticky: string | undefined
  let others: string | undefined
  let chosen: string | undefined
  let replaced: true | undefined
  const chooses = (sentence: string, elsewhere = false) => {
    unknown.push(sentence)
    chosen ??= sentence
    if (elsewhere) others ??= sentence
  }
  if (absent) chooses('its file holds other upstreams, but none of this name', true)
  for (const words of statements) {
    const [name = ''] = words
    const known = Object.hasOwn(MEANINGS, name) ? MEANINGS[name] : undefined
    // What stands behind a name that is not known may be a secret.
    const text = shortened(known ? words.join(' ') : name)
    const meaning = CHECK_DETAIL.test(name) ? SILENT : (known?.(words) ?? notUnderstood())
    if (meaning.is === 'method') method = { ...meaning, algorithm: text }
    else if (meaning.is === 'sticky') sticky = shortened(words.slice(0, name === 'sticky' ? 3 : 2).join(' '))
    else if (meaning.is === 'named') unknown.push(`\`${text}\` ${meaning.says}`)
    else if (meaning.is === 'chooses') {
      chooses(`\`${text}\` ${meaning.says}`, meaning.others)
      replaced ??= meaning.replaces
    }
  }
  if (configured.hash !== undefined) {
    const algorithm = `hash ${configured.hash}${configured.consistent ? ' consistent' : ''}`
    if (method && method.algorithm !== algorithm)
      chooses(`the configuration of Evenkeel says \`${algorithm}\`, its file \`${method.algorithm}\``)
    method = { algorithm, balances: 'hash' }
  }
  for (const server of servers) {
    const odd = server.words.map(({ text }) => text).filter((text) => !PARAMETER.test(text))
    if (odd.length > 0) chooses(`\`server ${shortened([server.address, ...odd].join(' '))}\` has a parameter that is not understood`)
    if (server.words.some(({ text }) => text.startsWith('service=')))
      chooses(`\`service\` of ${shortened(server.address)} makes servers of DNS records, which are not known here`, true)
    if (isPlaceholder(server)) chooses(`${server.address} is the address of no server: something else chooses`, true)
  }
  for (const address of twiceIn(servers)) chooses(`its file names ${shortened(address)} twice`)
  if (method?.says && !chosen) unknown.push(`\`${method.algorithm}\` ${method.says}`)
  return {
    algorithm: method?.algorithm ?? (chosen === undefined ? 'round robin' : 'unknown'),
    balances: chosen === undefined ? (method?.balances ?? 'weight') : 'unknown',
    ...(sticky !== undefined ? { sticky } : method?.algorithm === 'ip_hash' ? { sticky: 'ip_hash' } : {}),
    unknown,
    ...(others === undefined ? {} : { others }),
    ...(replaced && { replaced }),
    weights: chosen === undefined || { because: chosen },
  }
}

const twiceIn = (servers: readonly UpstreamServer[]) =>
  [...Map.groupBy(servers, ({ address }) => address)].flatMap(([address, { length }]) => (length > 1 ? [address] : []))

/** `0.0.0.1` is what an upstream holds whose servers come from elsewhere; of 0.0.0.0 Linux makes the machine itself. */
export const isPlaceholder = ({ address }: { address: string }): boolean => /^0\.(?!0\.0\.0(:|$))[\d.]+(:\d+)?$/.test(address)

/** It stands for addresses that are only known once it is resolved. */
export function isHostName(address: string): boolean {
  const host = address.replace(/:\d+$/, '')
  return !address.startsWith('unix:') && !host.startsWith('[') && isIP(host) === 0
}

const shortened = (text: string) => printable(text.length > 100 ? `${text.slice(0, 99)}…` : text)
