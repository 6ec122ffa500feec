import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const docs = fileURLToPath(new URL('../docs', import.meta.url))
const rows = readFileSync(join(docs, 'reliability.md'), 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| fault |'))
  .map((line) => line.slice(2, -2).split(' | '))

describe('docs/reliability.md', () => {
  it('has faults, what follows, what is lost, and a test for each', () => {
    expect(rows.length).toBeGreaterThanOrEqual(25)
    for (const row of rows) {
      expect(row).toHaveLength(4)
      for (const cell of row) expect(cell.trim(), row[0]).not.toBe('')
    }
  })

  it.each(rows.map((row) => [row[0]!, row[3]!]))('%s: the test is there by that name, and long where the page says so', (_, shown) => {
    const [, path, title] = /^\[[^\]]+\]\(([^)]+)\) "(.+)"/.exec(shown) ?? []
    const file = join(docs, path!)
    expect(existsSync(file), path).toBe(true)
    // A part of a title stands in a template or before a `%s`.
    expect(readFileSync(file, 'utf8').replaceAll('\\u2019', '’')).toContain(title)
    if (/\.long\.test\.ts$/.test(path!)) expect(shown).toMatch(/\(long\)$/)
  })
})
