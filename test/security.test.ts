import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ASVS_NUMBERS } from './asvs.ts'

const root = fileURLToPath(new URL('..', import.meta.url))
const page = readFileSync(join(root, 'docs/security.md'), 'utf8')
const [before = '', standard = ''] = page.split('\n## OWASP ASVS')
const STATUSES = ['holds', 'in part', 'not', 'does not apply']

/** Files of this repository that a text names in backticks. What is made at run time (data/…), and words of a configuration, are none. */
const filesIn = (text: string) =>
  [...text.matchAll(/`([\w.@/[\]-]+)`/g)]
    .map(([, name]) => name as string)
    .filter(
      (name) =>
        /^(app|bench|client|components|demo|docs|e2e|lib|public|scripts|test)\/./.test(name) ||
        /^([\w-]+(\.config)?\.(ts|js|json|md)|Dockerfile|\.dockerignore)$/.test(name),
    )

const rows = standard
  .split('\n')
  .filter((line) => /^\| \d/.test(line))
  .map((line) => line.slice(2, -2).split(' | '))

describe('docs/security.md', () => {
  it('names only files that are there', () => {
    const named = filesIn(page)
    expect(named.length).toBeGreaterThan(100)
    for (const file of named) expect(existsSync(join(root, file)), file).toBe(true)
  })

  it('has each requirement of levels 1 and 2 once, and no other', () => {
    expect(ASVS_NUMBERS).toHaveLength(253)
    expect(rows.flatMap(([numbers = '']) => numbers.split(', ')).sort()).toEqual([...ASVS_NUMBERS].sort())
  })

  it('says of each whether it holds, in one of four ways; what holds is shown, what does not has a reason', () => {
    for (const row of rows) {
      const [numbers, asks, status, shown = ''] = row
      expect(row, numbers).toHaveLength(4)
      expect(asks?.length, numbers).toBeGreaterThan(2)
      expect(STATUSES, numbers).toContain(status)
      if (status === 'holds') expect(filesIn(shown).length > 0 || /" above/.test(shown), `${numbers}: ${shown}`).toBe(true)
      else expect(shown.length, numbers).toBeGreaterThan(10)
    }
  })

  it('points at sections that are there', () => {
    for (const [, section] of standard.matchAll(/"([^"]+)" above/g)) expect(before).toContain(`\n## ${section}\n`)
  })

  it('counts them as they are', () => {
    const count = (status: string) =>
      rows.filter((row) => row[2] === status).reduce((sum, [numbers = '']) => sum + numbers.split(', ').length, 0)
    const [holds, part, not, no] = STATUSES.map(count)
    expect(standard).toContain(`Of ${ASVS_NUMBERS.length}: ${holds} hold, ${part} in part, ${not} not, ${no} do not apply.`)
  })

  it('has a test for each threat', () => {
    const threats = (before.split('\n## Threats\n')[1] ?? '')
      .split('\n## ')[0]!
      .split('\n')
      .filter((line) => line.startsWith('| '))
      .slice(1)
    expect(threats.length).toBeGreaterThan(20)
    for (const threat of threats) {
      const cells = threat.slice(2, -2).split(' | ')
      expect(cells, threat).toHaveLength(4)
      expect(filesIn(cells[2]!).length, threat).toBeGreaterThan(0)
    }
  })
})

describe('the sources', () => {
  const sources = ['app', 'client', 'components', 'lib', 'scripts/image'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => /\.tsx?$/.test(file) && !/\.test\.tsx?$/.test(file))
      .map((file) => ({ file: `${folder}/${file}`, text: readFileSync(join(root, folder, file), 'utf8') })),
  )
  it.each([
    ['start a shell', /\bshell: *true|import \{[^}]*\b(exec|execSync)\b[^}]*\} from 'node:child_process'/],
    ['write raw HTML', /dangerouslySetInnerHTML|\.innerHTML\b|insertAdjacentHTML|document\.write/],
    ['make code of text', /\beval\(|\bnew Function\(|from 'node:vm'/],
    ['skip the check of a certificate', /rejectUnauthorized: *false|NODE_TLS_REJECT_UNAUTHORIZED/],
    ['take lenient HTTP', /insecureHTTPParser/],
  ])('never %s', (_, forbidden) => {
    expect(sources.length).toBeGreaterThan(400)
    for (const { file, text } of sources) expect(forbidden.test(text), file).toBe(false)
  })
})
