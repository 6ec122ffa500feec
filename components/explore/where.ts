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
