import { mkdirSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { AnyProduct, TargetConfig } from '../lib/model/product.ts'
import { root } from './boot/stamp.mjs'
import { reading } from './reading.ts'

/** Saves a real server's answers, one file a probe, beside the product's fixtures; 1 when nothing answered. */
export async function captureFixture(product: AnyProduct, config: TargetConfig): Promise<number> {
  const answers = new Map<string, unknown>()
  let version: string | undefined
  const link = product.open(config)
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
  const folder = join(root, 'lib', 'products', product.kind, 'fixtures', name)
  for (const [id, raw] of answers) {
    mkdirSync(folder, { recursive: true })
    const path = join(folder, `${id.replaceAll('/', '-')}.json`)
    writeFileSync(path, `${JSON.stringify(raw, null, 2)}\n`)
    console.log(`${id}: ${relative(root, path)}`)
  }
  console.log('Read the files before you commit them: they hold the answers of the server, with names of keys and clients.')
  return answers.size > 0 ? 0 : 1
}
