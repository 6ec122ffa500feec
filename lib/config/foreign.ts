import type { z } from 'zod'
import type { Source } from './document.ts'
import type { FileData } from './schema.ts'

/**
 * Parses by the schema with the types of texts mended. A value from the environment or a file is text; where the schema wants a number or a
 * truth value, and the text says one, it is read as that. A password of digits stays text, because there the schema wants text.
 */
export function parseForeign(schema: z.ZodType, data: unknown, source: Source): { data?: FileData; issues: z.core.$ZodIssue[] } {
  const first = schema.safeParse(data)
  if (first.success) return { data: first.data as FileData, issues: [] }
  const mended = structuredClone(data)
  let changed = false
  for (const issue of first.error.issues) {
    if (issue.code !== 'invalid_type' || !source.foreign(issue.path)) continue
    // Only what was there came from elsewhere: each step to it is a mapping or a list.
    const parent = issue.path.slice(0, -1).reduce<unknown>((at, step) => (at as Record<PropertyKey, unknown>)[step], mended) as Record<
      PropertyKey,
      unknown
    >
    const text = parent[issue.path.at(-1)!] as string
    const value = issue.expected === 'boolean' ? { true: true, false: false }[text] : text.trim() === '' ? undefined : Number(text)
    if (value === undefined || Number.isNaN(value)) continue
    parent[issue.path.at(-1)!] = value
    changed = true
  }
  const second = changed ? schema.safeParse(mended) : first
  return second.success ? { data: second.data as FileData, issues: [] } : { issues: second.error.issues }
}
