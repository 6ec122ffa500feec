import type { Labels } from '@/lib/model/series.ts'

/** Labels in a URL: `target:edge,pool:app`, each part encoded. */
export const writeWhere = (where: Labels): string =>
  Object.entries(where)
    .filter(([, value]) => value !== '')
    .map(([name, value]) => `${encodeURIComponent(name)}:${encodeURIComponent(value)}`)
    .join(',')

/** The reverse; what cannot be read is left out. */
export function readWhere(text: string): Record<string, string> {
  const where: Record<string, string> = {}
  for (const part of text.split(',')) {
    const [name, value] = part.split(':')
    if (!name || !value) continue
    try {
      where[decodeURIComponent(name)] = decodeURIComponent(value)
    } catch {
      // A half-typed escape is no label.
    }
  }
  return where
}

/** For each label that tells series apart, the values that are left once the other labels are chosen. */
export function labelChoices(all: readonly Labels[], where: Labels): Record<string, string[]> {
  const names = [...new Set(all.flatMap((labels) => Object.keys(labels)))].sort()
  const choices: Record<string, string[]> = {}
  for (const name of names) {
    const left = all.filter((labels) => Object.entries(where).every(([other, value]) => other === name || labels[other] === value))
    const values = [...new Set(left.map((labels) => labels[name]).filter((value) => value !== undefined))].sort()
    if (values.length > 1 || where[name] !== undefined) choices[name] = values
  }
  return choices
}

/** What every product has comes first; then what only one has, by its name. */
const FIRST = ['cache', 'pool', 'ring']

/** Metrics by the first word of their names, narrowed to those that contain `text`; all of them when none does. */
export function families<T extends { metric: string }>(metrics: readonly T[], text: string): [family: string, metrics: T[]][] {
  const wanted = metrics.filter((one) => one.metric.includes(text.trim().toLowerCase()))
  const groups = new Map<string, T[]>()
  for (const one of wanted.length > 0 ? wanted : metrics) {
    const family = one.metric.split('_', 1)[0]!
    groups.set(family, [...(groups.get(family) ?? []), one])
  }
  const rank = (family: string) => (FIRST.includes(family) ? FIRST.indexOf(family) : FIRST.length)
  return [...groups].sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
}
