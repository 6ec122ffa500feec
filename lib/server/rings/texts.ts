import type { ProductTextView } from '../../model/answers/ring.ts'
import { EvenkeelError } from '../../model/error.ts'
import { products } from '../../products/sources.ts'
import { parseSpec } from '../../rings/spec.ts'

/**
 * A ring as the configurations of the programs that compute it; in the place of a text stands the reason why a program's cannot hold it.
 * @throws bad_request naming the field of the spec
 */
export function ringTexts(value: unknown): { texts: ProductTextView[] } {
  const spec = parseSpec(value)
  return {
    texts: products.flatMap(({ kind: product, title, writes }): ProductTextView[] => {
      try {
        const written = writes?.(spec)
        return written ? [{ product, ...written }] : []
      } catch (error) {
        if (error instanceof EvenkeelError && error.code === 'invalid') return [{ product, title, because: error.message }]
        throw error
      }
    }),
  }
}
