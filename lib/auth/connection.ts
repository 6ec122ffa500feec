import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv6 } from 'node:net'

/** Carries what was seen, from the connection through Next to whoever asks. */
const HEADER = 'x-evenkeel-connection'
/** A chain of proxies longer than this is made up. */
const HOPS_MAX = 20

/** The peer of a request, as its connection has it. */
export type Connection = {
  /** The address at the other end of the connection. */
  peer: string
  /** The address of the client: the peer, or what a trusted reverse proxy says in X-Forwarded-For. */
  from: string
  /** True when the peer is one of the trusted networks. */
  trusted: boolean
  /** The headers that count from a trusted peer alone, each with every value that came. */
  headers: Record<string, string[]>
}

/**
 * Sealed connection data of each request. Next hands on no address, only headers that anybody may send; so the address is put into a header
 * under a seal that is made anew at each start, before Next sees the request.
 */
export type Connections = {
  /** To be called with each request before anybody else reads it. Takes `taken` off the request. Never throws. */
  meet(message: IncomingMessage): void
  /** Null for a request that `meet` has not seen. */
  of(headers: Headers): Connection | null
}

export type ConnectionsOptions = {
  /** Networks of reverse proxies whose X-Forwarded-For and `taken` headers count. */
  trusted: readonly string[]
  /** Names of headers that nobody but a trusted proxy may send, in lower case. */
  taken?: readonly string[]
}

export function createConnections({ trusted, taken = [] }: ConnectionsOptions): Connections {
  const seal = randomBytes(32).toString('base64url')
  const networks = blockList(trusted)
  const isTrusted = (address: string) => isIP(address) !== 0 && networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4')

  function clientOf(peer: string, forwarded: string[]): string {
    if (!isTrusted(peer)) return peer
    // From the right: each proxy appends whom it saw, and what stands before the first stranger was written by that stranger.
    const hops = forwarded.flatMap((value) => value.split(',')).slice(-HOPS_MAX)
    for (const hop of hops.reverse()) {
      const address = hop.trim().replace(/^\[|\]$/g, '')
      if (isIP(address) === 0) return peer
      if (!isTrusted(address)) return address
    }
    return peer
  }

  return {
    meet(message) {
      const peer = message.socket.remoteAddress?.replace(/%.*$/, '') ?? ''
      const own = isTrusted(peer)
      const sent = message.headersDistinct
      const connection: Connection = {
        peer,
        from: clientOf(peer, sent['x-forwarded-for'] ?? []),
        trusted: own,
        headers: Object.fromEntries(own ? taken.flatMap((name) => (sent[name] ? [[name, sent[name]]] : [])) : []),
      }
      for (const name of taken) delete message.headers[name]
      message.headers[HEADER] = `${seal} ${Buffer.from(JSON.stringify(connection)).toString('base64url')}`
    },
    of(headers) {
      const [shown, text = ''] = headers.get(HEADER)?.split(' ') ?? []
      return shown === seal ? (JSON.parse(Buffer.from(text, 'base64url').toString()) as Connection) : null
    },
  }
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList()
  for (const entry of networks) {
    const [address, prefix] = entry.split('/') as [string, string?]
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (prefix === undefined) list.addAddress(address, family)
    else list.addSubnet(address, Number(prefix), family)
  }
  return list
}
