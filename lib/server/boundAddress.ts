import type { Server } from 'node:http'
import type { Auth } from '../config/auth.ts'
import { ConfigError } from '../config/error.ts'
import { isWhereItListens, type Listen, listenMend, listenText } from '../config/listen.ts'
import { isLoopback } from '../config/loopback.ts'

/** What of the configuration counts here. */
type Configured = { listen: Listen; auth: { mode: Auth['mode'] } }

/** Where Next's standalone server.js listens, by the environment that it reads (node_modules/next/dist/build/utils.js). */
export const toldToListen = ({ HOSTNAME, PORT }: NodeJS.ProcessEnv): Listen => ({
  host: HOSTNAME || '0.0.0.0',
  port: Number.parseInt(PORT ?? '', 10) || 3000,
})

/**
 * Refuses to serve anywhere else than the configuration says: whether a login is asked for follows from `listen`, so what is bound must be
 * `listen`. Throws `ConfigError`.
 */
export function checkBound({ listen, auth }: Configured, bound: Listen, by: string): void {
  const agrees = isWhereItListens(listen, bound) && (auth.mode !== 'none' || isLoopback(bound.host))
  if (agrees) return
  throw new ConfigError('the configuration', [
    {
      path: 'listen',
      found: `${listenText(listen)}, while the server is bound to ${listenText(bound)} ${by}`,
      allowed: listenMend(bound),
    },
  ])
}

/** The same of a server that is bound, whoever bound it and by whatever words. */
export function checkServer(config: Configured, server: Server): void {
  const address = server.address()
  if (address && typeof address === 'object') checkBound(config, { host: address.address, port: address.port }, 'in truth')
}
