import type { References } from './references.ts'

/** memcached's defaults: chunks grow by 1.25 from 48 bytes plus the header of an item, in pages of 1 MiB; larger items lie in chunks of half a page. */
const GROWTH = 1.25
const ITEM_HEADER = 48
const CHUNK_LEAST = 48
export const PAGE_BYTES = 1_048_576
const CHUNK_MOST = PAGE_BYTES / 2
/** The CAS number, the key's final zero and the line break that ends a value. */
const ITEM_EXTRA = 8 + 1 + 2

/** Sizes of the chunks of each slab class, ascending (slabs_init). */
export const SLAB_CHUNKS: readonly number[] = slabChunks()

function slabChunks(): number[] {
  const chunks: number[] = []
  let size = ITEM_HEADER + CHUNK_LEAST
  while (size < CHUNK_MOST / GROWTH) {
    size = Math.ceil(size / 8) * 8
    chunks.push(size)
    size = Math.floor(size * GROWTH)
  }
  return [...chunks, CHUNK_MOST]
}

/** The slab class of the item that each row fills; null where the text of keys is not known. */
export function slabClasses({ key, keyBytes, size }: References): Uint32Array | null {
  return (
    keyBytes &&
    Uint32Array.from(key, (k, row) => {
      const bytes = ITEM_HEADER + ITEM_EXTRA + keyBytes[k]! + size[row]!
      const found = SLAB_CHUNKS.findIndex((chunk) => chunk >= bytes)
      return found < 0 ? SLAB_CHUNKS.length - 1 : found
    })
  )
}
