import { z } from 'zod'

/**
 * Gives metadata to this very schema, which must be new: nothing else may have it. `meta` and `describe` make a second schema and keep the first, and a schema is
 * a kilobyte of heap; this is for those of which there are hundreds.
 */
export function withMeta<S extends z.ZodType>(schema: S, meta: z.core.GlobalMeta): S {
  z.globalRegistry.add(schema, meta)
  return schema
}
