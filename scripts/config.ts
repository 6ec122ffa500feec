import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Config } from '../lib/config/config.ts'
import { ConfigError } from '../lib/config/error.ts'
import { parseConfig } from '../lib/config/parse.ts'
import { detectors } from '../lib/detectors/shelf.ts'
import { notifiers } from '../lib/notifiers/shelf.ts'
import { products } from '../lib/products/sources.ts'
import { Stop } from './boot/say.mjs'

/** Reads evenkeel.yaml as the server will; an unusable one ends the command with code 2 and says why. */
export function readConfig(path: string): Config {
  const file = resolve(path)
  const schemas = {
    targets: Object.fromEntries(products.map((product) => [product.kind, product.config])),
    notifiers: Object.fromEntries(notifiers.map((notifier) => [notifier.kind, notifier.config])),
    rules: Object.fromEntries(detectors.map((detector) => [detector.id, detector.settings])),
  }
  try {
    return parseConfig(readFileSync(file, 'utf8'), process.env, schemas, { file, readFile: (path) => readFileSync(path, 'utf8') })
  } catch (error) {
    if (error instanceof ConfigError) throw new Stop(error.message, 2)
    const { code, message } = error as NodeJS.ErrnoException
    throw new Stop(`${file}: ${code === 'ENOENT' ? 'there is no such file' : message}`, 2)
  }
}
