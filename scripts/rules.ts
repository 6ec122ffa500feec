import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { advisors } from '../lib/advisors/registry.ts'
import { detectors } from '../lib/detectors/registry.ts'
import { duration } from '../lib/format/format.ts'
import type { AnyDetector } from '../lib/model/detector.ts'
import { products } from '../lib/products/sources.ts'
import { type Coverage, coverage, coverageText } from '../lib/server/rules/coverage.ts'
import { root } from './boot/stamp.mjs'

export const rulesPage = join(root, 'docs', 'rules.md')

/** docs/rules.md as a whole: what each rule is for, and on which product it works. */
export function rulesText(): string {
  const sorted = [...detectors].sort((a, b) => (a.id < b.id ? -1 : 1))
  const matrix = sorted.map((rule) => `| \`${rule.id}\` | ${products.map((product) => cell(coverage(rule, product))).join(' | ')} |`)
  return `${[
    '# Rules and products',
    'Written by `node scripts/rules.ts`; do not edit. `npm run doctor` prints the same for the products of your configuration.',
    '## Which rule works on which product',
    'A rule works on a product when the product’s probes give what the rule needs. **with …**: this probe gives it; the server, the configuration or a person must allow it. **–**: the product does not give it; the reasons stand below. Rules of rings need a [control document](control-documents.md) that says which caches the ring has. Through Prometheus a rule works where the exporter reports its series.',
    [`| rule | ${products.map(({ title }) => title).join(' | ')} |`, `|---|${products.map(() => '---|').join('')}`, ...matrix].join('\n'),
    '## What each rule is for',
    ...sorted.map((rule) => describe(rule)),
  ].join('\n\n')}\n`
}

const cell = (of: Coverage) => (of.works === false ? '–' : coverageText(of))

function describe(rule: AnyDetector): string {
  const { id, title, why, harmless, needs } = rule
  const names = (metrics: readonly string[]) => metrics.map((metric) => `\`${metric}\``).join(', ')
  const remedies = advisors.filter(({ answers }) => answers.includes(id)).map((advisor) => advisor.title)
  const missing = products.flatMap((product) => {
    const of = coverage(rule, product)
    return of.works === false ? [`${product.title} (${of.lacks.join(', ')})`] : []
  })
  return [
    `### \`${id}\`: ${title}`,
    why,
    `Harmless: ${harmless.charAt(0).toLowerCase()}${harmless.slice(1)}`,
    [
      ...(remedies.length > 0 ? [`* Remedy: ${remedies.join('; ')}.`] : []),
      `* Reads ${duration(needs.spanMs)} of history${needs.metrics.length > 0 ? ` of ${names(needs.metrics)}` : ''}.`,
      ...(needs.also?.metrics?.length ? [`* Where it is reported also: ${names(needs.also.metrics)}.`] : []),
      ...(missing.length > 0 && missing.length < products.length ? [`* Lacking at: ${missing.join('; ')}.`] : []),
      `* [Settings](configuration-reference.md#${id.replace('/', '')}).`,
    ].join('\n'),
  ].join('\n\n')
}

if (import.meta.main) writeFileSync(rulesPage, rulesText())
