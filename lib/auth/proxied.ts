import { isIP } from 'node:net'
import type { ProxyAuth } from '../config/auth.ts'
import { EvenkeelError } from '../model/error.ts'
import type { Authority } from '../model/roles.ts'
import type { Connection } from './connection.ts'
import { hostName, isOwnName } from './origin.ts'
import { authorityHeld, noRole, type PersonRole } from './roles.ts'

const NAME_MAX = 100

/** People whom a reverse proxy has signed in. */
export type Proxied = {
  /** Whom the proxy names. Throws `unauthenticated` or `forbidden` with what is missing. */
  named(headers: Headers, connection: Connection | null): Named
  /** Whom the proxy names, with their role. Throws what `named` does, and `forbidden` for somebody without a role. */
  person(headers: Headers, connection: Connection | null): { name: string } & Authority<PersonRole>
}
export type Named = { name: string; groups: string[] }

/** The headers of a proxy that say who somebody is: they count from a trusted address alone. */
export const proxyHeaders = ({ user, groups }: Pick<ProxyAuth, 'user' | 'groups'>) => [user.toLowerCase(), groups.toLowerCase()]

export function createProxied(auth: ProxyAuth, url: string): Proxied {
  const proxied: Proxied = {
    named(headers, connection) {
      if (!connection) throw new EvenkeelError('unauthenticated', 'The connection of this request is not known.')
      const { peer, trusted, headers: sent } = connection
      if (!trusted)
        throw new EvenkeelError(
          'unauthenticated',
          `This request came from ${peer || 'nowhere'}, which is no trusted proxy (auth.trusted). Come by the proxy, or send an API token.`,
        )
      // A page of another site whose name was made to resolve to this machine could send the proxy's headers itself.
      const host = headers.get('host')
      if (isIP(hostName(host) ?? '') === 0 && !isOwnName(host, url))
        throw new EvenkeelError(
          'forbidden',
          'Host: reached by a name that is not ours. Set "url" in the configuration, and let the proxy pass Host on.',
        )
      const twice = [auth.user, auth.groups].find((name) => (sent[name.toLowerCase()]?.length ?? 0) > 1)
      if (twice !== undefined)
        throw new EvenkeelError('forbidden', `${twice} came more than once: the proxy must replace what a visitor sends.`)
      const name = asText(sent[auth.user.toLowerCase()]?.[0]).trim()
      if (name === '') throw new EvenkeelError('unauthenticated', `The proxy at ${peer} did not say who you are: ${auth.user} is missing.`)
      if (name.length > NAME_MAX || /\p{Cc}/u.test(name)) throw new EvenkeelError('forbidden', `${auth.user} holds no name.`)
      const groups = asText(sent[auth.groups.toLowerCase()]?.[0])
        .split(auth.separator)
        .flatMap((group) => group.trim() || [])
      return { name, groups }
    },
    person(headers, connection) {
      const { name, groups } = proxied.named(headers, connection)
      const authority = authorityHeld(auth.roles, name, groups)
      if (!authority) throw noRole(name, groups, `the header ${auth.groups}`)
      return { name, ...authority }
    },
  }
  return proxied
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
