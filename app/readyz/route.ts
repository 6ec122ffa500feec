import { EvenkeelError } from '@/lib/model/error.ts'
import { notReady } from '@/lib/server/health/readiness.ts'
import { gate } from '@/lib/server/http/serve.ts'

export const dynamic = 'force-dynamic'

/** The store is open and the engine ticks. */
export const GET = (request: Request) =>
  gate(request, 'public', (runtime) => {
    const because = notReady(runtime)
    if (because) throw new EvenkeelError('unavailable', because)
    return new Response('ready\n', { headers: { 'content-type': 'text/plain; charset=utf-8' } })
  })
