import { z } from 'zod'

/**
 * What a value of the configuration is, beyond its type. `secret`: never shown, whole. `url`: shown without user info and query.
 * `path`: a relative one is relative to the configuration file.
 */
export type Mark = 'secret' | 'url' | 'path'

const marks = z.registry<{ mark: Mark }>()

/** The mark of exactly this schema, not of what it wraps. */
export const markOf = (schema: z.core.$ZodType): Mark | undefined => marks.get(schema)?.mark

/**
 * The mark is a check that refuses nothing: checks stay with a schema through `.refine()`, `.meta()` and `.describe()`, each of which makes a
 * new one, while an entry in a registry would be lost, and a secret with it.
 */
function marked<S extends z.ZodType>(schema: S, mark: Mark): S {
  const check = new z.core.$ZodCheck({ check: 'mark' })
  check._zod.onattach = [(instance) => marks.add(instance as z.core.$ZodType, { mark })]
  check._zod.check = () => {}
  return schema.check(check)
}

/** A password, a token, a key: no answer, page, log line or error holds it. Marks the value below, whatever is wrapped around it. */
export const secret = <S extends z.ZodType>(schema: S): S => marked(schema, 'secret')

/** Where a server is: its user info and query are secret, the rest is shown. */
export const url = <S extends z.ZodType>(schema: S): S => marked(schema, 'url')

/** A file or folder of this machine; absolute once the configuration is read. */
export const path = (error = 'the path of a file'): z.ZodString => marked(z.string().regex(/^[^\0]+$/, { error }), 'path')
