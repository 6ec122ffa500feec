import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { products } from '../lib/products/sources.ts'
import { Stop } from './boot/say.mjs'
import { root } from './boot/stamp.mjs'
import { reading } from './reading.ts'
import { targetsOf } from './targets.ts'

const USAGE = `npm run capture -- KIND URL [KEY=VALUE ...]
for example: npm run capture -- redis redis://127.0.0.1:6379
             npm run capture -- nginx http://127.0.0.1:8080/stub_status vts=http://127.0.0.1:8080/status/format/json
             npm run capture -- envoy http://127.0.0.1:9901
             npm run capture -- twemproxy twemproxy://127.0.0.1:22222 config=/etc/nutcracker.yml`

/** `npm run capture`: saves a real server's answers, one file a probe, beside the product's fixtures. */
export async function main([kind, url, ...rest]: string[]): Promise<number> {
  if (!kind || !url || rest.some((pair) => !/^\w+=./.test(pair))) throw new Stop(USAGE, 2)
  const product = products.find((each) => each.kind === kind)
  if (!product) throw new Stop(`${kind}: allowed are ${products.map((each) => each.kind).join(', ')}.\n${USAGE}`, 2)
  // These are asked at a page: the kind says what the URL is of.
  const [target] = targetsOf([/^https?:/.test(url) && ['nginx', 'envoy', 'prometheus'].includes(kind) ? `${kind}+${url}` : url])
  const more = Object.fromEntries(rest.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]))
  const config = product.config.safeParse({ ...target, ...more, kind })
  if (!config.success) throw new Stop(`${url}: ${config.error.issues[0]?.message}\n${USAGE}`, 2)
  const answers = new Map<string, unknown>()
  let version: string | undefined
  const link = product.open(config.data)
  try {
    for (const probe of product.probes) {
      const result = await reading(product, probe, link, 2_000)
      if (result.state !== 'ok') {
        console.log(`${probe.id}: ${result.because}`)
        continue
      }
      answers.set(probe.id, result.raw)
      version ??= result.parsed.topology.facts?.version?.replaceAll(/[^\w.-]/g, '-')
    }
  } finally {
    await product.close(link)
  }
  // The name of a fixture holds the version of the server that answered.
  const name = ['captured', version, new Date().toISOString().slice(0, 10)].filter(Boolean).join('-')
  const folder = join(root, 'lib', 'products', kind, 'fixtures', name)
  for (const [id, raw] of answers) {
    mkdirSync(folder, { recursive: true })
    const path = join(folder, `${id.replaceAll('/', '-')}.json`)
    writeFileSync(path, `${JSON.stringify(raw, null, 2)}\n`)
    console.log(`${id}: ${relative(root, path)}`)
  }
  console.log('Read the files before you commit them: they hold the answers of the server, with names of keys and clients.')
  return answers.size > 0 ? 0 : 1
}
