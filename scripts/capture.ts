import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { products } from '../lib/products/sources.ts'
import { Stop } from './boot/say.mjs'
import { root } from './boot/stamp.mjs'
import { reading } from './reading.ts'
import { targetsOf } from './targets.ts'

const USAGE = 'npm run capture -- KIND URL   for example: npm run capture -- redis redis://127.0.0.1:6379'

/** `npm run capture`: saves a real server's answers, one file a probe, beside the product's fixtures. */
export async function main([kind, url, ...rest]: string[]): Promise<number> {
  if (!kind || !url || rest.length > 0) throw new Stop(USAGE, 2)
  const product = products.find((each) => each.kind === kind)
  if (!product) throw new Stop(`${kind}: allowed are ${products.map((each) => each.kind).join(', ')}.\n${USAGE}`, 2)
  const [target] = targetsOf([url])
  const config = product.config.safeParse({ ...target, kind })
  if (!config.success) throw new Stop(`${url}: ${config.error.issues[0]?.message}\n${USAGE}`, 2)
  const folder = join(root, 'lib', 'products', kind, 'fixtures', `captured-${new Date().toISOString().slice(0, 10)}`)
  mkdirSync(folder, { recursive: true })
  const link = product.open(config.data)
  let saved = 0
  try {
    for (const probe of product.probes) {
      const result = await reading(product, probe, link, 2_000)
      if (result.state !== 'ok') {
        console.log(`${probe.id}: ${result.because}`)
        continue
      }
      const path = join(folder, `${probe.id.replaceAll('/', '-')}.json`)
      writeFileSync(path, `${JSON.stringify(result.raw, null, 2)}\n`)
      console.log(`${probe.id}: ${relative(root, path)}`)
      saved++
    }
  } finally {
    await product.close(link)
  }
  console.log('Look through the files before you commit them: they hold what the server said, names of keys and clients included.')
  return saved > 0 ? 0 : 1
}
