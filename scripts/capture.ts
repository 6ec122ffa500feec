import { parseArgs } from 'node:util'
import { parseSocketAddress } from '../lib/products/exchange.ts'
import { products } from '../lib/products/sources.ts'
import { Stop } from './boot/say.mjs'
import { captureFixture } from './captureFixture.ts'
import { captureWorld } from './captureWorld.ts'
import { targetsOf } from './targets.ts'

const USAGE = `npm run capture -- [--case PRODUCT/NAME [--seconds N]] KIND URL [KEY=VALUE ...]
for example: npm run capture -- redis redis://127.0.0.1:6379
             npm run capture -- --case haproxy/odd-hash haproxy unix:/run/haproxy.sock config=/etc/haproxy/haproxy.cfg
             npm run capture -- nginx http://127.0.0.1:8080/stub_status vts=http://127.0.0.1:8080/status/format/json upstreams.app=/etc/nginx/app.conf
             npm run capture -- envoy http://127.0.0.1:9901
             npm run capture -- twemproxy twemproxy://127.0.0.1:22222 config=/etc/nutcracker.yml`

/**
 * `npm run capture`: saves a real server's answers, one file a probe, beside the product's fixtures; with `--case` it makes them one case of
 * test/world, with secrets and addresses replaced.
 */
export async function main(args: string[]): Promise<number> {
  const { values, positionals } = parsed(args)
  const [kind, url, ...rest] = positionals
  if (!kind || !url || rest.some((pair) => !/^\w+(\.[^=]+)?=./.test(pair))) throw new Stop(USAGE, 2)
  const product = products.find((each) => each.kind === kind)
  if (!product) throw new Stop(`${kind}: allowed are ${products.map((each) => each.kind).join(', ')}.\n${USAGE}`, 2)
  const fields = { name: 'captured', ...pointedAt(kind, url), ...fieldsOf(rest), kind }
  const config = product.config.safeParse(fields)
  if (!config.success) throw new Stop(`${config.error.issues[0]?.path.join('.')}: ${config.error.issues[0]?.message}\n${USAGE}`, 2)
  if (values.case === undefined) return captureFixture(product, config.data)
  const seconds = values.seconds === undefined ? undefined : Number(values.seconds)
  if (seconds !== undefined && !(seconds > 0 && seconds <= 600)) throw new Stop('--seconds: allowed is a number from 1 to 600.', 2)
  return captureWorld(product, fields, { name: values.case, ...(seconds === undefined ? {} : { seconds }) })
}

function parsed(args: string[]) {
  try {
    return parseArgs({ args, allowPositionals: true, options: { case: { type: 'string' }, seconds: { type: 'string' } } })
  } catch (error) {
    throw new Stop(`${(error as Error).message}\n${USAGE}`, 2)
  }
}

/** `KEY=VALUE`; of NGINX `upstreams.NAME=FILE`. */
function fieldsOf(pairs: string[]): Record<string, unknown> {
  const fields: Record<string, unknown> = {}
  const files: Record<string, { file: string }> = {}
  for (const pair of pairs) {
    const [, key, name, value] = /^(\w+)(?:\.([^=]+))?=(.*)$/s.exec(pair)!
    if (name === undefined) fields[key!] = value
    else fields[key!] = Object.assign(files, { [name]: { file: value } })
  }
  return fields
}

/** What the URL is of: the scheme that `--target` takes, or the plain address as the configuration has it. */
function pointedAt(kind: string, url: string): Record<string, string> {
  if (kind === 'haproxy' && /^https?:/.test(url)) return { stats: url }
  if (parseSocketAddress(url) && kind === 'haproxy') return { socket: url }
  if (parseSocketAddress(url) && kind === 'memcached') return { address: url }
  if (parseSocketAddress(url) && kind === 'twemproxy') return { stats: url }
  if (kind === 'redis') return { url }
  // These are asked at a page: the kind says what the URL is of.
  const [target] = targetsOf([/^https?:/.test(url) && ['nginx', 'envoy', 'prometheus'].includes(kind) ? `${kind}+${url}` : url])
  return target!
}
