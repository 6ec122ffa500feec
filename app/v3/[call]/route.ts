import { gate } from '@/lib/server/http/serve.ts'
import { serveProduct } from '@/lib/server/products/serve.ts'

export const dynamic = 'force-dynamic'

/** What watched servers poll by their own protocol, which knows no sign-in: Envoy's REST xDS. */
export const POST = (request: Request) =>
  gate(request, 'public', (runtime, _visitor, path) => serveProduct(runtime, decodeURIComponent(path), request))
