import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { advisors } from '../lib/advisors/registry.ts'
import { detectors } from '../lib/detectors/registry.ts'
import { duration } from '../lib/format/format.ts'
import { root } from './boot/stamp.mjs'

const FROM = '<!-- rules: written by `node scripts/rules.ts` -->'
const TO = '<!-- /rules -->'
export const readme = join(root, 'README.md')

/** The README with its table of rules as the registries have them now. */
export function withRules(text: string): string {
  const [before, rest] = text.split(FROM)
  const after = rest?.split(TO)[1]
  if (before === undefined || after === undefined) throw new Error(`README.md has lost its marks ${FROM} and ${TO}`)
  return `${before}${FROM}\n${table()}\n${TO}${after}`
}

function table(): string {
  const rows = [...detectors]
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(({ id, title, needs }) => {
      const remedies = advisors.filter(({ answers }) => answers.includes(id)).map((advisor) => advisor.title)
      const named = [
        ...needs.metrics.map((metric) => `\`${metric}\``),
        ...(needs.records ?? []).map((kind) => `records of kind \`${kind}\``),
      ]
      const metrics = named.join(', ')
      return `| \`${id}\` | ${title} | ${metrics || 'the fleet itself'}; ${duration(needs.spanMs)} | ${remedies.join('; ') || '—'} |`
    })
  return ['| rule | finds | needs | remedy |', '|---|---|---|---|', ...rows].join('\n')
}

if (import.meta.main) writeFileSync(readme, withRules(readFileSync(readme, 'utf8')))
