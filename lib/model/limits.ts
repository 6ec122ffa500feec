import { EvenkeelError } from './error.ts'

/**
 * Size cap of one answer of a watched server, in bytes. The largest honest ones (CSV of 15,000 HAProxy servers, CLIENT LIST of 25,000 clients,
 * Envoy's clusters with 3,000 hosts) stay below; more would hold the event loop for over 100 ms while it is parsed.
 */
export const ANSWER_MAX_BYTES = 8 * 1024 * 1024

/** The error for an answer over the cap: how large it is where the server said so beforehand. */
export function tooLarge(where: string, bytes?: number): EvenkeelError {
  const size = bytes === undefined ? `more than ${mebibytes(ANSWER_MAX_BYTES)}` : `an answer of ${mebibytes(bytes)}`
  return new EvenkeelError('too_large', `${where} sent ${size}; at most ${mebibytes(ANSWER_MAX_BYTES)} are read`)
}

const mebibytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024).toLocaleString('en-US')} MiB`

/** A response's whole body within the size cap. Counts what a compressed body becomes; throws `too_large`, before the first byte where its length says so. */
export async function bytesWithin(response: Response, where: string): Promise<Uint8Array> {
  const announced = Number(response.headers.get('content-length') ?? 0)
  if (announced > ANSWER_MAX_BYTES) {
    await response.body?.cancel()
    throw tooLarge(where, announced)
  }
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of response.body ?? []) {
    size += chunk.byteLength
    if (size > ANSWER_MAX_BYTES) throw tooLarge(where)
    chunks.push(chunk)
  }
  const all = new Uint8Array(size)
  let at = 0
  for (const chunk of chunks) {
    all.set(chunk, at)
    at += chunk.byteLength
  }
  return all
}

/**
 * Servers of one target that are read, and its pools. A server is about twenty series: as many as here are what memory, the event loop and the
 * disk can handle at SAMPLES_PER_SECOND. What is beyond is left out, and the target, `/metrics` and the doctor say so.
 */
export const SERVERS_MAX = 2_000
export const POOLS_MAX = 1_000
/** Series of one target that are kept at a time: what SERVERS_MAX and POOLS_MAX come to, and some room. */
export const SERIES_MAX = 60_000
/** Rate limit of new series of one target, per hour, beyond the first SERIES_MAX: names that change each second would fill memory and disk. */
export const NEW_SERIES_HOURLY = 30_000
/** A poll with more samples than this is made less often: a target with 2,000 servers each five seconds. */
export const SAMPLES_PER_SECOND = 8_000

/** What is there but is not read. */
export type LeftOut = {
  servers: { left: number; of: number }
  pools: { left: number; of: number }
  /** Some of the pools whose servers are left out. */
  names: string[]
}

const NAMES_MAX = 3

/**
 * Which pools are read within the limits: the first POOLS_MAX, and of these the servers of whole pools, in the order in which the server names
 * them, as long as they fit. A pool in part would have wrong shares and a wrong ring. The same pools at each poll, so that no series flaps.
 */
export function withinLimits(pools: readonly { name: string; servers: number }[]): {
  /** Pools that are named. */
  named: Set<string>
  /** Pools whose servers are read. */
  read: Set<string>
  left: LeftOut | null
} {
  const named = new Set<string>()
  const read = new Set<string>()
  const names: string[] = []
  let servers = 0
  let all = 0
  for (const pool of pools) {
    all += pool.servers
    if (named.size < POOLS_MAX) named.add(pool.name)
    if (named.has(pool.name) && servers + pool.servers <= SERVERS_MAX) {
      read.add(pool.name)
      servers += pool.servers
    } else if (names.length < NAMES_MAX) names.push(pool.name)
  }
  if (read.size === pools.length) return { named, read, left: null }
  return {
    named,
    read,
    left: { servers: { left: all - servers, of: all }, pools: { left: pools.length - read.size, of: pools.length }, names },
  }
}

/** A sentence of what is left out. */
export function leftOutText({ servers, pools, names }: LeftOut): string {
  const count = (number: number) => number.toLocaleString('en-US')
  const others = pools.left - names.length
  const whose = `${names.join(', ')}${others > 0 ? ` and ${count(others)} more pools` : ''}`
  return `${count(servers.left)} of ${count(servers.of)} servers are left out, those of ${whose}: of one target at most ${count(SERVERS_MAX)} servers in ${count(POOLS_MAX)} pools are read, whole pools in the order in which it names them`
}
