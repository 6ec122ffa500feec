import { z } from 'zod'
import { markOf } from '../model/marks.ts'
import { configSchema, type Schemas } from './schema.ts'

const jsonSchema = (schema: z.ZodType): Record<string, unknown> =>
  z.toJSONSchema(schema, {
    io: 'input',
    unrepresentable: 'any',
    target: 'draft-2020-12',
    override({ zodSchema, jsonSchema }) {
      if (markOf(zodSchema) === 'secret') jsonSchema.writeOnly = true
    },
  }) as Record<string, unknown>

/** JSON Schema of the file, for editors: every scalar may also be `${NAME}`, every key may also be written `…_file`. */
export function configJsonSchema(schemas: Schemas): Record<string, unknown> {
  const schema = jsonSchema(configSchema(schemas))
  return { ...schema, title: 'evenkeel.yaml', description: 'Configuration of Evenkeel' }
}

/** JSON Schema of each kind of channel, for a form. */
export const channelSchemas = ({ notifiers }: Pick<Schemas, 'notifiers'>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(notifiers).map(([kind, schema]) => [kind, jsonSchema(schema)]))
