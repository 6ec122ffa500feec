import { EvenkeelError } from '@/lib/model/error.ts'
import { calls } from '@/lib/server/once.ts'

export const dynamic = 'force-dynamic'

/** The store is open and the engine ticks. */
export const GET = async (request: Request) => {
  const { gate, notReady } = await calls()
  return gate(request, 'public', (runtime) => {
    const because = notReady(runtime)
    if (because) throw new EvenkeelError('unavailable', because)
    return new Response('ready\n', { headers: { 'content-type': 'text/plain; charset=utf-8' } })
  })
}
