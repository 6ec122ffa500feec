import { z } from 'zod'

const texts = z.record(z.string(), z.string()).optional().catch(undefined)

/** `ObjectMeta`, of which only what is used is read; the rest of the object stays as it came. */
const metaShape = z.looseObject({
  name: z.string().min(1),
  namespace: z.string().optional(),
  resourceVersion: z.string().optional(),
  labels: texts,
  annotations: texts,
  managedFields: z.array(z.unknown()).optional().catch(undefined),
})

export const objectShape = z.looseObject({ metadata: metaShape })
export type KubeObject = z.output<typeof objectShape>

/** A page of a list. */
export const listShape = z.looseObject({
  metadata: z.looseObject({ resourceVersion: z.string().min(1), continue: z.string().optional() }),
  items: z
    .array(z.unknown())
    .nullable()
    .transform((items) => items ?? []),
})

/** An event of a watch. A bookmark's object holds nothing but a resource version. */
export const eventShape = z.looseObject({ type: z.string(), object: z.unknown() })
export const bookmarkShape = z.looseObject({ metadata: z.looseObject({ resourceVersion: z.string().min(1) }) })

export const objectKey = ({ metadata: { namespace = '', name } }: KubeObject): string => `${namespace}/${name}`
