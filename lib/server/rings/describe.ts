import { EvenkeelError } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import type { RingSpec } from '../../model/ring.ts'
import { products } from '../../products/sources.ts'
import { parseSpec } from '../../rings/spec.ts'

/**
 * The ring that a text describes: a RingSpec or a control document as JSON, or a piece of a program's configuration.
 * @throws bad_request saying what is wrong with it, or that nothing here reads it
 */
export function describeRing(text: string): RingSpec {
  const json = jsonOf(text)
  if (json && 'algorithm' in json) {
    // A control document is a ring with its version.
    const { version: _, ...spec } = json
    return parseSpec(spec)
  }
  for (const product of products) {
    const spec = read(() => product.describes?.(text))
    if (spec) return parseSpec(spec)
  }
  throw new EvenkeelError(
    'bad_request',
    'This is no ring that is known here: paste server lines of haproxy.cfg, an upstream of nginx.conf, a pool of nutcracker.yml, endpoints of Envoy, CLUSTER NODES, or a RingSpec.',
  )
}

function jsonOf(text: string): Record<string, unknown> | null {
  if (!text.trimStart().startsWith('{')) return null
  try {
    return parseJson(text) as Record<string, unknown>
  } catch (error) {
    // nginx.conf may begin with a brace nowhere: what does is meant as JSON.
    throw new EvenkeelError('bad_request', `Not JSON: ${(error as Error).message}`)
  }
}

/** What is wrong with a pasted text is its sender's to mend. */
function read<T>(of: () => T): T {
  try {
    return of()
  } catch (error) {
    if (error instanceof EvenkeelError) throw new EvenkeelError('bad_request', error.message)
    throw error
  }
}
