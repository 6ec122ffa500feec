import { listenText } from '../../lib/config/listen.ts'
import { isLoopback } from '../../lib/config/loopback.ts'
import { listenOf } from './listen.ts'

/**
 * Starts the built server where the configuration says, in place of `node server.js`: Next takes host and port from the environment alone,
 * and a second setting for the address could open a server without a sign-in to the network.
 */
const listen = listenOf(process.env.EVENKEEL_CONFIG)
if (process.env.EVENKEEL_IMAGE && isLoopback(listen.host))
  process.stderr.write(
    `listen: ${listenText(listen)} is the container's own loopback, where nobody outside comes. For others: listen: 0.0.0.0:${listen.port}, and auth: { mode: local }\n`,
  )
process.env.HOSTNAME = listen.host
process.env.PORT = String(listen.port)
await import(new URL('../../server.js', import.meta.url).href)
