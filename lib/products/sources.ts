import type { AnyProduct } from '../model/product.ts'
import { envoy } from './envoy/product.ts'
import { haproxy } from './haproxy/product.ts'
import { redis } from './redis/product.ts'
import { twemproxy } from './twemproxy/product.ts'

/** The shelf of what can be read. One line a product. */
export const products: AnyProduct[] = [envoy, haproxy, redis, twemproxy]
