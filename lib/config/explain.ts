import type { z } from 'zod'
import type { Path } from './document.ts'
import { redact } from './redact.ts'
import { below, formsOf, type Schema, shapeOf } from './shape.ts'

/** What stands there, short and without secrets. `written` is the whole file as it was written. */
export function foundText(schema: Schema, written: unknown, path: Path): string {
  let schemas: Schema[] = [schema]
  let at = written
  for (const step of path) {
    schemas = schemas.flatMap((one) => formsOf(one, at, 'all').flatMap((form) => below(form, step)))
    at = at && typeof at === 'object' && Object.hasOwn(at, step) ? (at as Record<PropertyKey, unknown>)[step] : undefined
  }
  if (at === undefined || at === null) return 'nothing'
  const shown = redact(schemas, at)
  // JSON knows no infinity.
  return cut(typeof shown === 'number' ? String(shown) : JSON.stringify(shown))
}

/** A key that nobody knows, up to where a value may begin: in `{ password:hunter2 }` the blank was forgotten. */
export const keyText = (key: PropertyKey): string => cut(String(key).replace(/[:=\s].*$/s, '…'), 60)

const cut = (text: string, max = 120) => (text.length > max ? `${text.slice(0, max - 1)}…` : text)

const WORDS: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a mapping',
  record: 'a mapping',
}

/** What the schema would take, in words. */
export function allowedText(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type')
    return issue.message.startsWith('Invalid input') ? (WORDS[issue.expected] ?? issue.expected) : issue.message
  if (issue.code === 'invalid_value')
    return issue.message.startsWith('Invalid') ? issue.values.map((value) => JSON.stringify(value)).join(', ') : issue.message
  if (issue.code === 'too_small') return `${issue.inclusive ? 'at least' : 'more than'} ${issue.minimum}${unit(issue.origin)}`
  if (issue.code === 'too_big') return `${issue.inclusive ? 'at most' : 'less than'} ${issue.maximum}${unit(issue.origin)}`
  if (issue.code === 'invalid_format' && issue.message.startsWith('Invalid')) return `a text in the form of ${issue.format}`
  if (issue.code === 'invalid_union' && 'options' in issue && Array.isArray(issue.options))
    return issue.options.map((option) => JSON.stringify(option)).join(', ')
  if (issue.code === 'invalid_union' && issue.errors.length && issue.message.startsWith('Invalid')) {
    const each = issue.errors.flat().map((inner) => allowedText(inner))
    return [...new Set(each)].join(', or ')
  }
  return issue.message
}
const unit = (origin: string) => (origin === 'string' ? ' characters' : origin === 'array' ? ' items' : '')

/** The mappings that a schema may be for this data. */
const shapes = (schema: Schema, data: unknown) =>
  formsOf(schema, data, 'none')
    .filter((form) => form.type === 'object')
    .map(shapeOf)

/** Paths of keys that no schema there knows. */
export function strangeKeys(schema: Schema, data: unknown, path: Path = []): PropertyKey[][] {
  const forms = formsOf(schema, data, 'none')
  if (Array.isArray(data))
    return data.flatMap((item, index) => {
      const one = forms.flatMap((form) => below(form, index))[0]
      return one ? strangeKeys(one, item, [...path, index]) : []
    })
  if (!data || typeof data !== 'object') return []
  const mappings = forms.some((form) => form.type === 'object')
  return Object.entries(data).flatMap(([key, value]) => {
    const inside = forms.flatMap((form) => below(form, key))
    if (mappings && inside.length === 0) return [[...path, key]]
    const each = inside.map((one) => strangeKeys(one, value, [...path, key]))
    return each.find((strange) => strange.length === 0) ?? each[0] ?? []
  })
}

/** The keys that are known at a path. */
export function allowedAt(schema: Schema, data: unknown, path: Path): string {
  let at: Schema[] = [schema]
  let value = data
  for (const step of path) {
    at = at.flatMap((one) => formsOf(one, value, 'none').flatMap((form) => below(form, step)))
    value = (value as Record<PropertyKey, unknown>)[step]
  }
  return [...new Set(at.flatMap((one) => shapes(one, value)).flatMap((shape) => Object.keys(shape)))].join(', ')
}
