import { gate } from '@/lib/server/http/serve.ts'

export const dynamic = 'force-dynamic'

/** It lives. */
export const GET = (request: Request) =>
  gate(request, 'public', () => new Response('ok\n', { headers: { 'content-type': 'text/plain; charset=utf-8' } }))
