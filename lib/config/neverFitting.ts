import { CHANGE_RULES } from '../model/changeAlert.ts'
import { type Matcher, matcherText } from '../model/matcher.ts'
import { matcherFits } from '../model/matching.ts'
import type { Labels } from '../model/series.ts'

export const SEVERITIES = ['info', 'warning', 'critical']

/** The values that a label may have; `open`: findings may have others too, which nobody can list. */
type Values = { of: string; values: readonly string[]; open: boolean }
type Known = {
  labels: readonly string[]
  ofTargets: ReadonlyMap<string, readonly string[]>
  targets: readonly string[]
  rings: readonly string[]
  rules: readonly string[]
}

/** Why no finding fits these conditions together, or null where one may. */
export function neverFitsBecause(match: Labels, matchers: readonly Matcher[], known: Known): string | null {
  const strange = matchers.find((one) => !known.labels.includes(one.label) && requires(one))
  if (strange) return `no finding has a label ${JSON.stringify(strange.label)}; there are ${known.labels.join(', ')}`
  for (const label of new Set(matchers.map((one) => one.label))) {
    const own = matchers.filter((one) => one.label === label)
    const texts = own.map(matcherText).join(' and ')
    const fits = (value: string) => own.every((one) => matcherFits(one, { [label]: value }))
    const fixed = Object.hasOwn(match, label) ? match[label]! : null
    if (fixed !== null) {
      if (!fits(fixed)) return `no finding has both ${label}: ${fixed} and ${texts}`
      continue
    }
    const { of, values, open } = valuesOf(label, known)
    if (values.some(fits) || (open && !own.some((one) => one.op === '=~' && isApart(one.value, values)))) continue
    if (label !== 'rule' && label !== 'severity' && fits('')) continue
    return `${of} fits ${texts}`
  }
  if (!Object.hasOwn(match, 'severity') && !SEVERITIES.slice(1).some((severity) => fitsAll(matchers, 'severity', severity)))
    return 'findings of severity info go only where a route names that severity: match: { severity: info }'
  return null
}

/** Whether a finding without the label does not fit: one about a ring has no target. */
export const requires = (matcher: Matcher): boolean => !matcherFits(matcher, {})

const fitsAll = (matchers: readonly Matcher[], label: string, value: string): boolean =>
  matchers.every((one) => one.label !== label || matcherFits(one, { [label]: value }))

function valuesOf(label: string, { targets, ofTargets, rings, rules }: Known): Values {
  if (label === 'severity') return { of: 'no severity', values: SEVERITIES, open: false }
  if (label === 'rule') return { of: 'no rule that is switched on', values: [...rules, ...CHANGE_RULES], open: false }
  if (label === 'ring') return { of: 'no ring', values: rings, open: false }
  if (label === 'target') return { of: 'no target', values: targets, open: true }
  const values = ofTargets.get(label)
  if (values) return { of: 'no target', values, open: false }
  return { of: 'nothing', values: [], open: true }
}

/** What is discovered through a target is named `TARGET:…`: a pattern may fit that, unless it begins otherwise. */
function isApart(pattern: string, names: readonly string[]): boolean {
  if (names.length === 0 || pattern.includes('|')) return false
  const begin = /^[\w:/ -]*(?![?*{])/.exec(pattern)?.[0] ?? ''
  const literal = begin.length < pattern.length && /[?*{]/.test(pattern[begin.length]!) ? begin.slice(0, -1) : begin
  return !names.some((name) => `${name}:`.startsWith(literal) || literal.startsWith(`${name}:`))
}
