import { resolve } from 'node:path'
import { below, formsOf, type Schema } from './shape.ts'

/** The same data with every value that its schema marks as a path made absolute: `config: haproxy.cfg` is the one beside the configuration file. */
export function absolutePaths(schemas: readonly Schema[], data: unknown, base: string): unknown {
  const forms = schemas.flatMap((schema) => formsOf(schema, data, 'none'))
  const next = (step: PropertyKey, value: unknown) =>
    absolutePaths(
      forms.flatMap((form) => below(form, step)),
      value,
      base,
    )
  if (Array.isArray(data)) return data.map((item, index) => next(index, item))
  if (data && typeof data === 'object') return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, next(key, value)]))
  if (typeof data === 'string' && data !== '' && forms.some(({ mark }) => mark === 'path')) return resolve(base, data)
  return data
}
