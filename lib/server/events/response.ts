import { EvenkeelError } from '../../model/error.ts'
import type { Runtime } from '../runtime.ts'

const METRICS_MAX = 20
/** The most open streams: each costs a socket. */
const READERS_MAX = 2_000

export function events(runtime: Runtime, request: Request, metrics: string[], still: () => Promise<boolean>): Response {
  if (metrics.length > METRICS_MAX) throw new EvenkeelError('bad_request', `metric: at most ${METRICS_MAX} of them.`)
  if (runtime.stream.readers() >= READERS_MAX)
    throw new EvenkeelError('unavailable', 'Too many open streams of events; close some or try again later.')
  const lastEventId = request.headers.get('last-event-id') ?? new URL(request.url).searchParams.get('lastEventId')
  return new Response(runtime.stream.open({ lastEventId, metrics: metrics.filter(Boolean), signal: request.signal, still }), {
    headers: {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      // A proxy that buffers would hold every event back.
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    },
  })
}
