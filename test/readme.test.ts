import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, it } from 'vitest'
import { readme, rulesPage, rulesText, withRules } from '../scripts/rules.ts'

const text = readFileSync(readme, 'utf8')

it('README.md has every rule, its needs and its remedies; `node scripts/rules.ts` writes them', () => {
  expect(text).toBe(withRules(text))
})

it('README.md names commands that there are, and links to files that there are', () => {
  const { scripts } = JSON.parse(readFileSync(join(dirname(readme), 'package.json'), 'utf8')) as { scripts: Record<string, string> }
  const named = [...text.matchAll(/npm run ([\w:]+)/g)].map((match) => match[1]!)
  expect(named.filter((name) => !scripts[name])).toEqual([])
  const links = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1]!)
  expect(links.filter((path) => !existsSync(join(dirname(readme), path)))).toEqual([])
})

it('docs/rules.md has what each rule is for and the products that it works on; `node scripts/rules.ts` writes it', () => {
  expect(readFileSync(rulesPage, 'utf8')).toBe(rulesText())
})
