import { randomBytes } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { BlockList, isIP, isIPv6 } from 'node:net'
import type { ProxyAuth } from '../../config/auth.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { Person } from '../../model/views.ts'
import { hostName, isOwnName } from './origin.ts'
import { noRole, roleHeld } from './roles.ts'

/** Carries what was met, from the connection through Next to the doors. */
const MET = 'x-evenkeel-met'
const NAME_MAX = 100

/** What a connection said. `user` and `groups` only from a trusted address; `twice` is a header that came more than once. */
type Met = { peer: string; trusted: boolean; user?: string; groups?: string; twice?: string }

/** People whom a reverse proxy has signed in. */
export type Proxied = {
  /**
   * To be called with each request before Next sees it: Next does not tell the address of a connection, only a header that anybody may
   * send. Takes the proxy's headers off the request; what they said goes on under a seal when a trusted address said it.
   */
  meet(message: IncomingMessage): void
  /** Who the proxy says this is. Throws `unauthenticated` or `forbidden` with what is missing. */
  person(headers: Headers): Person
}

export function createProxied(auth: ProxyAuth, url: string): Proxied {
  // A request that was not met carries no such seal, whatever headers it was sent with.
  const seal = randomBytes(32).toString('base64url')
  const trusted = networks(auth.trusted)
  const [userHeader, groupsHeader] = [auth.user.toLowerCase(), auth.groups.toLowerCase()]

  function read(message: IncomingMessage): Met {
    const peer = message.socket.remoteAddress?.replace(/%.*$/, '') ?? ''
    if (isIP(peer) === 0 || !trusted.check(peer, isIPv6(peer) ? 'ipv6' : 'ipv4')) return { peer, trusted: false }
    const sent = message.headersDistinct
    return {
      peer,
      trusted: true,
      user: sent[userHeader]?.[0],
      groups: sent[groupsHeader]?.[0],
      twice: [auth.user, auth.groups].find((name) => (sent[name.toLowerCase()]?.length ?? 0) > 1),
    }
  }

  return {
    meet(message) {
      const met = read(message)
      delete message.headers[userHeader]
      delete message.headers[groupsHeader]
      message.headers[MET] = `${seal} ${Buffer.from(JSON.stringify(met)).toString('base64url')}`
    },
    person(headers) {
      const [shown, text = ''] = headers.get(MET)?.split(' ') ?? []
      if (shown !== seal) throw new EvenkeelError('unauthenticated', 'The connection of this request is not known.')
      const met = JSON.parse(Buffer.from(text, 'base64url').toString()) as Met
      if (!met.trusted)
        throw new EvenkeelError(
          'unauthenticated',
          `This request came from ${met.peer || 'nowhere'}, which is no trusted proxy (auth.trusted). Come by the proxy, or send an API token.`,
        )
      // A page of another site whose name was made to resolve to this machine could send the proxy's headers itself.
      const host = headers.get('host')
      if (isIP(hostName(host) ?? '') === 0 && !isOwnName(host, url))
        throw new EvenkeelError(
          'forbidden',
          'Host: reached by a name that is not ours. Set "url" in the configuration, and let the proxy pass Host on.',
        )
      if (met.twice !== undefined)
        throw new EvenkeelError('forbidden', `${met.twice} came more than once: the proxy must replace what a visitor sends.`)
      const name = asText(met.user).trim()
      if (name === '')
        throw new EvenkeelError('unauthenticated', `The proxy at ${met.peer} did not say who you are: ${auth.user} is missing.`)
      if (name.length > NAME_MAX || /\p{Cc}/u.test(name)) throw new EvenkeelError('forbidden', `${auth.user} holds no name.`)
      const groups = asText(met.groups)
        .split(auth.separator)
        .flatMap((group) => group.trim() || [])
      const role = roleHeld(auth.roles, name, groups)
      if (!role) throw noRole(name, groups, `the header ${auth.groups}`)
      return { name, role }
    },
  }
}

function networks(list: readonly string[]): BlockList {
  const found = new BlockList()
  for (const entry of list) {
    const [address, prefix] = entry.split('/') as [string, string?]
    const family = isIPv6(address) ? 'ipv6' : 'ipv4'
    if (prefix === undefined) found.addAddress(address, family)
    else found.addSubnet(address, Number(prefix), family)
  }
  return found
}

/** Node reads a header as Latin-1; proxies send names as UTF-8. */
function asText(header = ''): string {
  const bytes = Buffer.from(header, 'latin1')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return header
  }
}
