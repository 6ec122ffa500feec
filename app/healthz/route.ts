import { calls } from '@/lib/server/once.ts'

export const dynamic = 'force-dynamic'

/** It lives. */
export const GET = async (request: Request) =>
  (await calls()).gate(request, 'public', () => new Response('ok\n', { headers: { 'content-type': 'text/plain; charset=utf-8' } }))
