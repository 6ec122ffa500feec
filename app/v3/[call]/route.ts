import { calls } from '@/lib/server/once.ts'

export const dynamic = 'force-dynamic'

/** What watched servers poll by their own protocol, which knows no sign-in: Envoy's REST xDS. */
export const POST = async (request: Request) => {
  const { gate, serveProduct } = await calls()
  return gate(request, 'public', (runtime, _visitor, path) => serveProduct(runtime, decodeURIComponent(path), request))
}
