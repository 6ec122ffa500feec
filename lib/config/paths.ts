import { resolve } from 'node:path'
import type { Path } from './document.ts'
import type { Schemas } from './schema.ts'
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

/** Whether a key of a target that ends in `_file` is one of its product's own, which reads that file itself: `secret_file` of a Varnish. */
export const ownFileKeys =
  ({ targets }: Pick<Schemas, 'targets'>) =>
  ([section, , key, ...deeper]: Path, kind: unknown): boolean => {
    const schema = section === 'targets' && typeof kind === 'string' && Object.hasOwn(targets, kind) ? targets[kind] : undefined
    return (
      schema !== undefined &&
      key !== undefined &&
      deeper.length === 0 &&
      formsOf(schema, {}, 'all').some((form) => below(form, key).length > 0)
    )
  }
