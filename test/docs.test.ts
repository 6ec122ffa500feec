import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parseConfig } from '../lib/config/parse.ts'
import { schemas } from '../lib/server/schemas.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'client/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file}`),
]

describe('the pages for people', () => {
  it.each(pages)('%s links only to what is there', (page) => {
    const text = readFileSync(join(root, page), 'utf8')
    const links = [...text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g)]
      .map(([, link]) => link as string)
      .filter((link) => !/^https?:/.test(link))
    for (const link of links) expect(existsSync(join(root, dirname(page), link)), `${page} -> ${link}`).toBe(true)
  })

  it('show auth that are accepted', () => {
    const auth = [...readFileSync(join(root, 'docs/configuration.md'), 'utf8').matchAll(/```yaml\n(url:[\s\S]*?)```/g)]
    expect(auth.length).toBeGreaterThan(0)
    for (const [, text] of auth) {
      const config = parseConfig(text as string, {}, schemas(), { file: '/etc/evenkeel.yaml', readFile: () => 'secret' })
      expect(text).toContain(`mode: ${config.auth.mode}`)
      expect(config.warnings).toEqual([])
    }
  })

  it('show configurations that are accepted', () => {
    const [, whole] = /```yaml\n(listen:[\s\S]*?)```/.exec(readFileSync(join(root, 'docs/configuration.md'), 'utf8')) ?? []
    const config = parseConfig(whole as string, { HOOK_SECRET: 'x' }, schemas(), {
      file: '/etc/evenkeel.yaml',
      readFile: (path) => (/\.(pem|key)$/.test(path) ? '-----BEGIN CERTIFICATE-----' : 'https://hooks.invalid/secret'),
    })
    expect(config.targets.map(({ kind }) => kind)).toContain('nginx')
    expect(config.retention).toEqual({ rawMs: 3 * 86_400_000, fineMs: 14 * 86_400_000, coarseMs: 400 * 86_400_000 })
    const [, five] = /`evenkeel\.yaml`:\n\n```yaml\n([\s\S]*?)```/.exec(readFileSync(join(root, 'README.md'), 'utf8')) ?? []
    expect(parseConfig(five as string, {}, schemas(), { file: '/etc/evenkeel.yaml', readFile: () => '' }).targets.length).toBeGreaterThan(2)
  })
})
