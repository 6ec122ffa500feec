import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { detectors } from '../lib/detectors/registry.ts'
import { products } from '../lib/products/sources.ts'
import { root } from '../scripts/boot/stamp.mjs'
import { RUN_AGAINST, versionCell, versionSentences } from '../scripts/docs/versions.ts'
import { rulesPage, rulesText } from '../scripts/rules.ts'

// Links, commands and examples of every page: test/docs.test.ts.
const text = readFileSync(join(root, 'README.md'), 'utf8')

it('README.md counts the rules as they are', () => {
  expect(text).toContain(`${detectors.length} rules`)
})

it('README.md names every product with its page', () => {
  const kinds = products.map(({ kind }) => kind).filter((kind) => kind !== 'control')
  expect(kinds.filter((kind) => !text.includes(`(docs/products/${kind}.md)`))).toEqual([])
})

it('README.md and the pages of products name the same versions', () => {
  const kinds = products.map(({ kind }) => kind).filter((kind) => kind !== 'control')
  expect(Object.keys(RUN_AGAINST).sort()).toEqual(kinds.sort())
  for (const kind of kinds) {
    const row = text.split('\n').find((line) => line.includes(`](docs/products/${kind}.md) |`))
    expect(row?.endsWith(`| ${versionCell(kind)} |`), `${kind}: ${row}`).toBe(true)
    const page = readFileSync(join(root, `docs/products/${kind}.md`), 'utf8')
    for (const sentence of versionSentences(kind)) expect(page).toContain(sentence)
  }
})

it('docs/rules.md has what each rule is for and the products that it works on; `node scripts/rules.ts` writes it', () => {
  expect(readFileSync(rulesPage, 'utf8')).toBe(rulesText())
})
