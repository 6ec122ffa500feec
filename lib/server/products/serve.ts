import { EvenkeelError } from '../../model/error.ts'
import { products } from '../../products/sources.ts'
import { readBody } from '../http/body.ts'
import type { Runtime } from '../runtime.ts'

/** Answers a server of the fleet that polls Evenkeel: 304 when it has everything already. */
export async function serveProduct(runtime: Runtime, path: string, request: Request): Promise<Response> {
  const product = products.find((candidate) => candidate.serves?.path === path)
  const configs = runtime.config.targets.filter((target) => target.kind === product?.kind)
  if (!product?.serves || configs.length === 0) throw new EvenkeelError('not_found', 'There is no such path.')
  const answer = await product.serves.answer(configs, await readBody(request))
  return answer === null ? new Response(null, { status: 304 }) : Response.json(answer)
}
