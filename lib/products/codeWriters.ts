import type { AnyCodeWriter } from '../model/code.ts'
import { awsCode } from './aws/asCode.ts'
import { cloudflareCode } from './cloudflare/asCode.ts'
import { controlCode } from './control/asCode.ts'
import { envoyCode } from './envoy/asCode.ts'
import { haproxyCode } from './haproxy/asCode.ts'
import { kubernetesCode } from './kubernetes/asCode.ts'
import { memcachedCode } from './memcached/asCode.ts'
import { nginxCode } from './nginx/asCode.ts'
import { prometheusCode } from './prometheus/asCode.ts'
import { redisCode } from './redis/asCode.ts'
import { scrapeCode } from './scrape/asCode.ts'
import { twemproxyCode } from './twemproxy/asCode.ts'
import { varnishCode } from './varnish/asCode.ts'

/** The registry of what writes changes as code. One line a product; it reaches no server. */
export const codeWriters: AnyCodeWriter[] = [
  awsCode,
  cloudflareCode,
  controlCode,
  envoyCode,
  haproxyCode,
  kubernetesCode,
  memcachedCode,
  nginxCode,
  prometheusCode,
  redisCode,
  scrapeCode,
  twemproxyCode,
  varnishCode,
]
