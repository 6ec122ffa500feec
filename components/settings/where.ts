import type { Labels } from '@/lib/model/series.ts'
import { matchesLabels } from '@/lib/model/targetLabels.ts'

/** Labels as people type them: `team=shop, env=prod`. A sentence where they cannot be read. Pure. */
export function readWhere(text: string): { where: Labels } | { wrong: string } {
  const parts = text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)
  if (parts.length === 0) return { wrong: 'Labels with their values: team=shop, env=prod' }
  const where: Record<string, string> = {}
  for (const part of parts) {
    const [, name, value] = /^([a-z][a-z0-9_]*)\s*=\s*(.+)$/s.exec(part) ?? []
    if (!name || !value) return { wrong: `Not a label with its value: ${part.slice(0, 60)}. Write it as team=shop` }
    where[name] = value
  }
  return { where }
}

/** What targets have in common, for people to choose from: `team=shop`, in the order of the alphabet. Pure. */
export const labelChoices = (targets: readonly { labels?: Labels | undefined }[]): string[] =>
  [...new Set(targets.flatMap(({ labels = {} }) => Object.entries(labels).map(([name, value]) => `${name}=${value}`)))].sort()

/** How many targets have all these labels. Pure. */
export const countOf = (targets: readonly { labels?: Labels | undefined }[], where: Labels): number =>
  targets.filter(({ labels }) => matchesLabels(where, labels)).length
