import { z } from 'zod'
import type { Path } from './document.ts'
import { redact } from './redact.ts'

/** What stands there, short and without secrets. */
export function foundText(value: unknown, path: Path): string {
  if (value === undefined || value === null) return 'nothing'
  const key = String(path.findLast((step) => typeof step === 'string') ?? '')
  const text = JSON.stringify(redact(value, key)) ?? String(value)
  return text.length > 120 ? `${text.slice(0, 119)}…` : text
}

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

type Schema = z.core.$ZodType
const def = (schema: Schema) => schema._zod.def as unknown as Record<string, unknown> & { type: string }

/** The schema below wrappers: optional, default, pipe's way in, … */
function bare(schema: Schema): Schema {
  const inner = def(schema)
  if (inner.innerType) return bare(inner.innerType as Schema)
  if (inner.type === 'pipe') {
    // `preprocess` is a pipe whose way in is a transform.
    const way = inner.in as Schema
    return bare(def(way).type === 'transform' ? (inner.out as Schema) : way)
  }
  if (inner.type === 'lazy') return bare((inner.getter as () => Schema)())
  return schema
}

/** The objects that a schema may be for this data: one for an object, the fitting one of a discriminated union, all of a plain union. */
function shapes(schema: Schema, data: unknown): Record<string, Schema>[] {
  const inner = def(bare(schema))
  if (inner.type === 'object') return [inner.shape as Record<string, Schema>]
  if (inner.type === 'intersection')
    return [Object.assign({}, ...shapes(inner.left as Schema, data), ...shapes(inner.right as Schema, data))]
  if (inner.type !== 'union') return []
  const all = (inner.options as Schema[]).flatMap((option) => shapes(option, data))
  const key = inner.discriminator as string | undefined
  if (key === undefined) return all
  const value = (data as Record<string, unknown> | null)?.[key]
  return all.filter((shape) => shape[key] && z.safeParse(shape[key] as z.ZodType, value).success)
}

function children(schema: Schema, data: unknown): (key: string) => Schema[] {
  const inner = def(bare(schema))
  if (inner.type === 'array') return () => [inner.element as Schema]
  if (inner.type === 'record') return () => [inner.valueType as Schema]
  const found = shapes(schema, data)
  return (key) => found.flatMap((shape) => (shape[key] ? [shape[key]] : []))
}

/** Paths of keys that no schema there knows. */
export function strangeKeys(schema: Schema, data: unknown, path: Path = []): PropertyKey[][] {
  if (Array.isArray(data)) {
    const below = children(schema, data)('')
    return below[0] ? data.flatMap((item, index) => strangeKeys(below[0]!, item, [...path, index])) : []
  }
  if (!data || typeof data !== 'object') return []
  const known = shapes(schema, data)
  const below = children(schema, data)
  return Object.entries(data).flatMap(([key, value]) => {
    const inside = below(key)
    if (known.length && inside.length === 0) return [[...path, key]]
    const each = inside.map((one) => strangeKeys(one, value, [...path, key]))
    return each.find((strange) => strange.length === 0) ?? each[0] ?? []
  })
}

/** The keys that are known at a path. */
export function allowedAt(schema: Schema, data: unknown, path: Path): string {
  let at: Schema[] = [schema]
  let value = data
  for (const step of path) {
    at = at.flatMap((one) => children(one, value)(String(step)))
    value = (value as Record<PropertyKey, unknown>)[step]
  }
  return [...new Set(at.flatMap((one) => shapes(one, value)).flatMap((shape) => Object.keys(shape)))].join(', ')
}
