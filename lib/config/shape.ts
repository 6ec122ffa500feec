import type { z } from 'zod'
import { type Mark, markOf } from '../model/marks.ts'

export type Schema = z.core.$ZodType

/** One thing that a value may be: a schema without wrappers, and the mark that stands on it or on a wrapper. */
export type Form = { schema: Schema; type: string; mark: Mark | undefined }

const def = (schema: Schema) => schema._zod.def as unknown as Record<string, unknown> & { type: string }

/**
 * What the data at a schema's place may be: wrappers (optional, default, a pipe's way in) taken off, unions opened. Of a union with a
 * discriminator the options that the data names; `unknown` says what counts when it names none.
 */
export function formsOf(schema: Schema, data: unknown, unknown: 'all' | 'none', above?: Mark): Form[] {
  const inner = def(schema)
  const mark = above ?? markOf(schema)
  const below = (next: unknown) => formsOf(next as Schema, data, unknown, mark)
  if (inner.innerType) return below(inner.innerType)
  // `preprocess` is a pipe whose way in is a transform.
  if (inner.type === 'pipe') return below(def(inner.in as Schema).type === 'transform' ? inner.out : inner.in)
  if (inner.type === 'lazy') return below((inner.getter as () => Schema)())
  if (inner.type === 'intersection') return [...below(inner.left), ...below(inner.right)]
  if (inner.type === 'union') return fitting(inner as unknown as Union, data, unknown).flatMap(below)
  return [{ schema, type: inner.type, mark }]
}

type Union = { options: Schema[]; discriminator?: string }

function fitting({ options, discriminator }: Union, data: unknown, unknown: 'all' | 'none'): Schema[] {
  if (discriminator === undefined) return options
  const value = data && typeof data === 'object' ? own(data as Record<string, unknown>, discriminator) : undefined
  const named = options.filter((option) => option._zod.propValues?.[discriminator]?.has(value as string))
  return named.length > 0 || unknown === 'none' ? named : options
}

/** `constructor` is no key of a mapping that does not hold it. */
const own = <T>(record: Readonly<Record<string, T>>, key: string): T | undefined => (Object.hasOwn(record, key) ? record[key] : undefined)

/** The keys of an object's schema. */
export const shapeOf = ({ schema }: Form): Record<string, Schema> => def(schema).shape as Record<string, Schema>

/** The schemas of what stands below a form at a key or an index. */
export function below(form: Form, step: PropertyKey): Schema[] {
  const inner = def(form.schema)
  const found =
    form.type === 'object'
      ? own(shapeOf(form), String(step))
      : form.type === 'record'
        ? (inner.valueType as Schema)
        : form.type === 'array'
          ? (inner.element as Schema)
          : form.type === 'tuple'
            ? ((inner.items as Schema[])[Number(step)] ?? (inner.rest as Schema | null))
            : undefined
  return found ? [found] : []
}
