import { REDACTED, redactedUrl } from '../model/publicUrl.ts'
import { below, type Form, formsOf, type Schema } from './shape.ts'

const SCALARS = new Set(['string', 'number', 'int', 'boolean', 'literal', 'enum', 'template_literal', 'null'])

/**
 * A copy fit to be shown of data as it was written: no value that its schema marks as secret, no user info and query of a URL, and nothing
 * that no schema knows. Data that does not fit its schema is treated the same, because its author reads the error with others.
 */
export function redact(schemas: readonly Schema[], written: unknown): unknown {
  if (written === null || written === undefined) return written
  const forms = schemas.flatMap((schema) => formsOf(schema, written, 'all'))
  // The name of a variable tells nothing of its value.
  if (typeof written === 'string' && /^\$\{\w+\}$/.test(written)) return written
  if (forms.length === 0 || forms.some(({ mark }) => mark === 'secret')) return REDACTED
  if (Array.isArray(written))
    return written.map((item, index) =>
      redact(
        forms.flatMap((form) => below(form, index)),
        item,
      ),
    )
  if (typeof written === 'object') return Object.fromEntries(Object.entries(written).map(([key, value]) => [key, entry(forms, key, value)]))
  return scalar(forms, written)
}

function entry(forms: readonly Form[], key: string, value: unknown): unknown {
  const known = forms.flatMap((form) => below(form, key))
  // `password_file: /run/secrets/x`: where a secret stands is none.
  if (known.length === 0 && key.endsWith('_file') && typeof value === 'string')
    return forms.some((form) => below(form, key.slice(0, -'_file'.length)).length > 0) ? redactedUrl(value) : REDACTED
  return redact(known, value)
}

/** One value. A list's or a record's stands for what it may hold: people forget the brackets. */
function scalar(forms: readonly Form[], value: unknown): unknown {
  const one = forms.flatMap((form) => items(form, value))
  if (one.some(({ mark }) => mark === 'secret')) return REDACTED
  if (typeof value !== 'string') return value
  // A text where a mapping with a secret belongs may be that secret: `webhook: https://…`.
  if (!one.some(({ type }) => SCALARS.has(type)) && one.some(({ schema, type }) => !SCALARS.has(type) && holdsSecret(schema)))
    return REDACTED
  if (value.includes('PRIVATE KEY-----')) return REDACTED
  return one.some(({ mark }) => mark === 'url') || value.includes('://') ? redactedUrl(value) : value
}

function items(form: Form, value: unknown): Form[] {
  if (form.type !== 'array' && form.type !== 'record') return [form]
  return below(form, '').flatMap((schema) => formsOf(schema, value, 'all').flatMap((one) => items(one, value)))
}

const known = new WeakMap<Schema, boolean>()

/** Whether anything below is marked; what nobody described counts as if. */
function holdsSecret(schema: Schema): boolean {
  const before = known.get(schema)
  if (before !== undefined) return before
  // A schema that holds itself holds what the rest of it holds.
  known.set(schema, false)
  const holds = formsOf(schema, undefined, 'all').some((form) => {
    if (form.mark === 'secret' || form.mark === 'url') return true
    if (SCALARS.has(form.type)) return false
    const inside = inner(form)
    return inside === null || inside.some(holdsSecret)
  })
  known.set(schema, holds)
  return holds
}

/** The schemas right below; null when the schema does not say. */
function inner(form: Form): Schema[] | null {
  const {
    shape,
    element,
    valueType,
    items: tuple,
  } = form.schema._zod.def as unknown as {
    shape?: Record<string, Schema>
    element?: Schema
    valueType?: Schema
    items?: Schema[]
  }
  if (shape) return Object.values(shape)
  if (tuple) return tuple
  const one = element ?? valueType
  return one ? [one] : null
}
