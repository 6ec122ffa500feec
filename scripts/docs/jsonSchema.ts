import { z } from 'zod'
import { configSchema } from '../../lib/config/schema.ts'
import { type Mark, markOf } from '../../lib/model/marks.ts'
import { schemas } from '../../lib/server/schemas.ts'

/** The parts of JSON Schema that zod writes for a configuration, with the mark of a value and the range of a duration beside them. */
export type JsonSchema = {
  type?: string | string[]
  description?: string
  default?: unknown
  'x-default'?: string
  'x-rate'?: boolean
  const?: unknown
  enum?: unknown[]
  minimum?: number
  maximum?: number
  exclusiveMinimum?: number
  minItems?: number
  maxItems?: number
  maxLength?: number
  properties?: Record<string, JsonSchema>
  required?: string[]
  items?: JsonSchema
  prefixItems?: JsonSchema[]
  additionalProperties?: JsonSchema | boolean
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  'x-range-ms'?: [number, number]
  'x-mark'?: Mark
}

/** JSON Schema of evenkeel.yaml as it is parsed: what the configuration reference and its test read. */
export const configuration = (): JsonSchema =>
  z.toJSONSchema(configSchema(schemas()), {
    io: 'input',
    unrepresentable: 'any',
    override({ zodSchema, jsonSchema }) {
      const mark = markOf(zodSchema)
      if (mark) (jsonSchema as JsonSchema)['x-mark'] = mark
    },
  }) as JsonSchema

/** The mappings that a schema may be: itself, or the alternatives of a union. */
export const mappingsOf = (schema: JsonSchema): JsonSchema[] =>
  schema.properties ? [schema] : (schema.oneOf ?? schema.anyOf ?? []).filter((option) => option.properties)
