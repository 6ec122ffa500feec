import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server } from 'node:http'

/** Calls `meet` with every request of this process, and the server that took it, before Next, or anybody else, sees it. It must not throw: that would end the process. */
export function onArrival(meet: (message: IncomingMessage, server: Server) => void): void {
  subscribe('http.server.request.start', (event) => {
    const { request, server } = event as { request: IncomingMessage; server: Server }
    meet(request, server)
  })
}
