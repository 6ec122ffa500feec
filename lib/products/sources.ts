import type { AnyProduct } from '../model/product.ts'

/** The shelf of what can be read. One line a product. */
export const products: AnyProduct[] = []
