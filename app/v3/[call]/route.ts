import { gate } from '@/lib/server/http/serve.ts'
import { serveProduct } from '@/lib/server/products.ts'

export const dynamic = 'force-dynamic'

/** What watched servers poll by their own protocol: Envoy's REST xDS. */
export const POST = (request: Request) => gate(request, (house, _person, path) => serveProduct(house, decodeURIComponent(path), request))
