import { subscribe } from 'node:diagnostics_channel'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'

export type Arrival = { request: IncomingMessage; response: ServerResponse; server: Server }

/**
 * Calls `meet` with every request of this process, the response that it will get and the server that took it, before Next, or anybody else, sees
 * it. It must not throw: that would end the process.
 */
export function onArrival(meet: (arrival: Arrival) => void): void {
  subscribe('http.server.request.start', (event) => meet(event as Arrival))
}
