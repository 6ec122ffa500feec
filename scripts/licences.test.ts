import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './boot/stamp.mjs'
import { licences } from './licences.ts'

const of = (components: Parameters<typeof licences>[0]['components']) =>
  licences({ metadata: { component: { name: 'x', version: '1' } }, components })

test('packages stand by licence; one that nobody has read is named', () => {
  const { text, unknown } = of([
    { name: 'a', version: '1.0.0', licenses: [{ license: { id: 'MIT' } }] },
    { name: 'b', version: '2.0.0', licenses: [{ expression: '(GPL-3.0 OR MIT)' }] },
    { name: 'c', version: '3.0.0', licenses: [{ expression: 'MIT AND SSPL-1.0' }] },
    { name: 'd', version: '4.0.0' },
    { name: 'e', version: '5.0.0', licenses: [{ license: { id: 'MIT' } }] },
  ])
  expect(unknown).toEqual(['c@3.0.0 (MIT AND SSPL-1.0)', 'd@4.0.0 (none named)'])
  expect(text).toContain('## MIT\n\n* a@1.0.0\n* e@5.0.0\n')
})

test('every package that the product is made of has a licence that was read', () => {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, { version: string; license?: string; dev?: boolean; devOptional?: boolean; link?: boolean }>
  }
  const components = Object.entries(packages)
    .filter(([path, one]) => path !== '' && !one.dev && !one.link)
    .map(([path, { version, license }]) => ({
      name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
      version,
      ...(license && { licenses: [{ expression: license }] }),
    }))
  expect(components.length).toBeGreaterThan(300)
  expect(of(components).unknown).toEqual([])
})
