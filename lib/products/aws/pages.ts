import { malformed } from '../../model/error.ts'

/** Pages of one list: more is no honest answer, and would be asked for ever. */
const PAGES_MAX = 200

/** Every item of a paginated list. `page`: one request, from a marker on. Throws `malformed` for a list that does not end. */
export async function allOf<T>(
  page: (marker: string | undefined) => Promise<{ items: T[] | undefined; next: string | undefined }>,
): Promise<T[]> {
  const all: T[] = []
  let marker: string | undefined
  for (let pages = 0; pages < PAGES_MAX; pages++) {
    const { items, next } = await page(marker)
    all.push(...(items ?? []))
    if (!next || next === marker) return all
    marker = next
  }
  throw malformed('A list of AWS does not end', String(marker))
}

/** Everything, a few at a time: an account has hundreds of listeners, and AWS throttles bursts. */
export async function inTurn<A, B>(all: readonly A[], work: (one: A) => Promise<B>, atOnce = 4): Promise<B[]> {
  const out: B[] = new Array(all.length)
  let next = 0
  const worker = async () => {
    while (next < all.length) {
      const at = next++
      out[at] = await work(all[at]!)
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, all.length) }, worker))
  return out
}
