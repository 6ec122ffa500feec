import { EvenkeelError } from '../../model/error.ts'
import { parseJson } from '../../model/json.ts'
import type { RingSpec } from '../../model/ring.ts'
import { products } from '../../products/sources.ts'
import { importRing } from '../../rings/importers.ts'
import { parseSpec } from '../../rings/spec.ts'

/**
 * The ring that a text describes: a RingSpec or a control document as JSON, or a piece of a program's configuration.
 * @throws bad_request saying what is wrong with it, or that nothing here reads it
 */
export function describeRing(text: string): RingSpec {
  const json = jsonOf(text)
  if (json !== null && !(json instanceof Error) && 'algorithm' in json) {
    // A control document is a ring with its version.
    const { version: _, ...spec } = json
    return parseSpec(spec)
  }
  for (const product of products) {
    const spec = read(() => product.describes?.(text))
    if (spec) return parseSpec(spec)
  }
  // Options of Python and Go begin with a brace too, without being JSON.
  const imported = importRing(text)
  if (imported) return parseSpec(imported)
  if (json instanceof Error) throw new EvenkeelError('bad_request', `Not JSON: ${json.message}`)
  throw new EvenkeelError(
    'bad_request',
    'No known ring was found in this text: paste server lines of haproxy.cfg, an upstream of nginx.conf, a director of VCL, a pool of nutcracker.yml, endpoints of Envoy, CLUSTER NODES, the options of a client library with its servers, or a RingSpec.',
  )
}

function jsonOf(text: string): Record<string, unknown> | Error | null {
  if (!text.trimStart().startsWith('{')) return null
  try {
    return parseJson(text) as Record<string, unknown>
  } catch (error) {
    return error as Error
  }
}

/** An error in a pasted text as `bad_request`, because its sender can correct it. */
function read<T>(of: () => T): T {
  try {
    return of()
  } catch (error) {
    if (error instanceof EvenkeelError) throw new EvenkeelError('bad_request', error.message)
    throw error
  }
}
