import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, matchesGlob, relative } from 'node:path'
import { expect, test } from 'vitest'
import next from '../../next.config.js'
import { root } from '../boot/stamp.mjs'

const globs = Object.values(next.outputFileTracingIncludes!).flat()

/** Every file that these import, and what those import: files by path, packages by name. Types are taken out before they run. */
function imported(files: readonly string[], known = new Set<string>()): Set<string> {
  for (const file of files) {
    if (known.has(file)) continue
    known.add(file)
    if (!existsSync(file)) continue
    const found = [...readFileSync(file, 'utf8').matchAll(/^import (?!type )[^'"]*['"]([^'"]+)['"]/gm)].map(([, from]) => from!)
    imported(
      found
        .filter((from) => !from.startsWith('node:'))
        .map((from) => (from.startsWith('.') ? join(dirname(file), from) : join(root, 'node_modules', from, 'package.json'))),
      known,
    )
  }
  return known
}

test('what starts the image is copied into it, with all that it imports', () => {
  const here = import.meta.dirname
  const starting = readdirSync(here)
    .filter((file) => !file.includes('.test.'))
    .map((file) => join(here, file))
  const needed = [...imported(starting)].map((file) => `./${relative(root, file)}`)
  expect(needed.length).toBeGreaterThan(10)
  expect(needed.filter((file) => !globs.some((glob) => matchesGlob(file, glob)))).toEqual([])
})
