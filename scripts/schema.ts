import { writeFileSync } from 'node:fs'
import { configJsonSchema } from '../lib/config/jsonSchema.ts'
import { schemas } from '../lib/server/schemas.ts'

/** `node scripts/schema.ts [FILE]`: JSON Schema of evenkeel.yaml, for editors; the server answers the same at /api/v1/config/schema. */
const text = `${JSON.stringify(configJsonSchema(schemas()), null, 2)}\n`
const [file] = process.argv.slice(2)
if (file) writeFileSync(file, text)
else process.stdout.write(text)
