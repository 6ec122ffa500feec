import type { AnyProduct } from '../model/product.ts'
import { aws } from './aws/product.ts'
import { cloudflare } from './cloudflare/product.ts'
import { control } from './control/product.ts'
import { dns } from './dns/product.ts'
import { envoy } from './envoy/product.ts'
import { haproxy } from './haproxy/product.ts'
import { kubernetesOf } from './kubernetes/product.ts'
import { memcached } from './memcached/product.ts'
import { nginx } from './nginx/product.ts'
import { prometheus } from './prometheus/product.ts'
import { redis } from './redis/product.ts'
import { scrape } from './scrape/product.ts'
import { twemproxy } from './twemproxy/product.ts'
import { varnish } from './varnish/product.ts'

/** Servers that are read themselves. */
const servers: AnyProduct[] = [control, dns, envoy, haproxy, memcached, nginx, prometheus, redis, scrape, twemproxy, varnish]

/** The registry of what can be read. One line a product. */
export const products: AnyProduct[] = [aws, cloudflare, ...servers, kubernetesOf(servers)]
