import { type Fields, fieldsOf, textIn, type Unread } from '../../accessLog/fields.ts'
import { type CacheStatus, isCacheStatus } from '../cache/statuses.ts'

/** One try of a request on one server. */
export type Try = { address: string; failed: boolean; seconds: number | null }
/** The limits that a request met, and whether one of them refused it. */
export type Limit = { by: string[]; refused: boolean }
/** One line of the access log, as far as balancing goes. */
export type LogEntry = {
  /** `$proxy_host`: the upstream's name. Null where the log does not say it. */
  pool: string | null
  /** The tries on that upstream, in order; the last one answered. Empty: answered from the cache, or by NGINX itself. */
  tries: Try[]
  /** The tries on other upstreams, which an internal redirect (`X-Accel-Redirect`, `error_page`) left; one list each. */
  before: Try[][]
  failed: boolean
  cache: 'hit' | 'miss' | null
  /** `$upstream_cache_status` as it is, and which cache the line says it is of. */
  cacheStatus: CacheStatus | null
  zone: string | null
  /** What `limit_req` and `limit_conn` did, where the log says it and one holds there. */
  limit: Limit | null
  /** What the upstream hashes, where the log has it. */
  key: string | null
  /** Written in a form that is no JSON. */
  mended: boolean
}

/** Each field by NGINX's own variable, and by the short name that keeps a datagram small. */
const NAMES = {
  addresses: ['u', 'upstream_addr'],
  statuses: ['us', 'upstream_status'],
  seconds: ['urt', 'upstream_response_time'],
  status: ['st', 'status'],
  pool: ['up', 'proxy_host'],
  cache: ['cache', 'upstream_cache_status'],
  zone: ['zone', 'cache_zone'],
  limitReq: ['limit_req', 'limit_req_status'],
  limitConn: ['limit_conn', 'limit_conn_status'],
  key: ['key', 'hash_key'],
} as const

const HITS = ['HIT', 'STALE', 'UPDATING', 'REVALIDATED']
const MISSES = ['MISS', 'EXPIRED']
const KEY_MAX = 512
const TRIES_MAX = 20
/** No request takes longer than a day. */
const SECONDS_MAX = 86_400

/** Reads one line; why not where it is none that tells of an upstream. */
export function readEntry(line: string): LogEntry | Unread {
  const read = fieldsOf(line)
  return typeof read === 'string' ? read : entryOf(read)
}

/** What the fields of a line say; why not where they tell of no upstream. */
export function entryOf(read: { fields: Fields; mended: boolean }): LogEntry | Unread {
  const text = (field: keyof typeof NAMES) => textIn(read.fields, NAMES[field])
  const addresses = text('addresses')
  if (addresses === null) return 'lacks'
  const statuses = groups(text('statuses'))
  const seconds = groups(text('seconds'))
  const tried = groups(addresses).map((group, i) => triesOf(group, statuses[i] ?? [], seconds[i] ?? []))
  const cache = text('cache') ?? ''
  const key = text('key')
  // What the cache answers asks no server: those that are named were asked before the redirect that led to it.
  const cached = cache === 'HIT' || cache === 'UPDATING'
  return {
    pool: text('pool')?.slice(0, 200) || null,
    tries: (cached ? undefined : tried.at(-1)) ?? [],
    before: (cached ? tried : tried.slice(0, -1)).filter((tries) => tries.length > 0),
    failed: Number(text('status') ?? statuses.at(-1)?.at(-1)) >= 500,
    cache: HITS.includes(cache) ? 'hit' : MISSES.includes(cache) ? 'miss' : null,
    cacheStatus: isCacheStatus(cache) ? cache : null,
    zone: text('zone')?.slice(0, 200) || null,
    limit: limitOf(text('limitReq'), text('limitConn')),
    key: key ? key.slice(0, KEY_MAX) : null,
    mended: read.mended,
  }
}

/** `PASSED`, `DELAYED`, `REJECTED`; a dry run refuses nothing, and where no limit holds the variable is empty. */
function limitOf(request: string | null, connection: string | null): Limit | null {
  const known = (status: string | null) => status !== null && /^(PASSED|DELAYED|REJECTED)$/.test(status)
  const by = [...(known(request) ? ['limit_req'] : []), ...(known(connection) ? ['limit_conn'] : [])]
  return by.length === 0 ? null : { by, refused: request === 'REJECTED' || connection === 'REJECTED' }
}

const triesOf = (addresses: string[], statuses: string[], seconds: string[]): Try[] =>
  addresses.slice(0, TRIES_MAX).flatMap((address, i, all): Try[] => {
    // Where no server was asked, its place is empty.
    if (address === '') return []
    const status = Number(statuses[i])
    const took = Number.parseFloat(seconds[i] ?? '')
    // What was tried again had failed, whatever it answered.
    return [{ address, failed: status >= 500 || i < all.length - 1, seconds: took >= 0 && took <= SECONDS_MAX ? took : null }]
  })

/** NGINX parts the tries on one upstream by `, `, and behind an internal redirect those on the next by ` : `, also where no server was asked then. */
const groups = (text: string | null): string[][] =>
  text === null || text === '' || text === '-' ? [] : text.split(/ :(?: |$)/).map((group) => group.split(', '))
