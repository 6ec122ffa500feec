import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage } from 'node:http'

/** Calls `meet` with every request of this process before Next, or anybody else, sees it. It must not throw: that would end the process. */
export function onArrival(meet: (message: IncomingMessage) => void): void {
  subscribe('http.server.request.start', (message) => meet((message as { request: IncomingMessage }).request))
}
