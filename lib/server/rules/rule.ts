import { advisors } from '../../advisors/registry.ts'
import type { RulePageView } from '../../model/answers/rule.ts'
import { EvenkeelError } from '../../model/error.ts'
import { products } from '../../products/sources.ts'
import type { Runtime } from '../runtime.ts'
import { FIGURE_SPAN_MS } from '../series/figures.ts'
import { coverage, coverageText } from './coverage.ts'
import { ruleRecord } from './record.ts'
import { ruleView } from './rules.ts'
import { thresholds } from './thresholds.ts'

/** One rule whole: thresholds with their reasons, its record on this fleet, its cost now, its remedies, and where it works. Throws `not_found`. */
export function getRule(runtime: Runtime, id: string): RulePageView {
  const detector = runtime.detectors.find((one) => one.id === id)
  if (!detector) throw new EvenkeelError('not_found', 'There is no rule of that id.')
  const findings = runtime.store.findings.list()
  const kinds = new Set(runtime.engine.topology().targets.map(({ kind }) => kind))
  return {
    ...ruleView(runtime, detector),
    thresholds: thresholds(detector, runtime.config.rules[id]?.settings),
    learns: detector.learns ?? false,
    also: [...(detector.needs.also?.metrics ?? [])],
    remedies: advisors.filter(({ answers }) => answers.includes(id)).map((advisor) => ({ id: advisor.id, title: advisor.title })),
    works: products.map((product) => {
      const of = coverage(detector, product)
      return { product: product.title, here: kinds.has(product.kind), works: of.works !== false, text: coverageText(of) }
    }),
    costs: costs(runtime, id),
    record: ruleRecord(id, findings, runtime.store.changes.list()),
  }
}

/** What its firing findings cost together now, summed by what is lost. */
function costs(runtime: Runtime, id: string): RulePageView['costs'] {
  const price = runtime.detectors.find((one) => one.id === id)?.price
  if (!price) return []
  const window = runtime.engine.window(FIGURE_SPAN_MS)
  const found = runtime.store.findings
    .list((finding) => finding.rule === id && finding.state === 'firing')
    .flatMap((finding) => price(finding, window) ?? [])
  return [...Map.groupBy(found, ({ what }) => what)].map(([what, all]) => ({ what, value: all.reduce((sum, { value }) => sum + value, 0) }))
}
