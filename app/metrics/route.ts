import { exposition } from '@/lib/server/health/exposition.ts'
import { gate } from '@/lib/server/http/serve.ts'

export const dynamic = 'force-dynamic'

export const GET = (request: Request) =>
  gate(request, 'viewer', async (runtime) => {
    const { text, contentType } = await exposition(runtime)
    return new Response(text, { headers: { 'content-type': contentType, 'cache-control': 'no-store' } })
  })
