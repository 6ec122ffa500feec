import { calls } from '@/lib/server/once.ts'

export const dynamic = 'force-dynamic'

export const GET = async (request: Request) => {
  const { exposition, gate } = await calls()
  return gate(request, 'viewer', async (runtime) => {
    const { text, contentType } = await exposition(runtime)
    return new Response(text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } })
  })
}
