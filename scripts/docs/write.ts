import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../boot/stamp.mjs'
import { pages, withFacts } from './product.ts'
import { configurationReference } from './reference.ts'

/** `node scripts/docs/write.ts`: writes the generated pages and parts of pages; test/docs.test.ts says when one is out of date. */
writeFileSync(join(root, 'docs/configuration-reference.md'), configurationReference())
for (const { kind, file } of pages) writeFileSync(join(root, file), withFacts(readFileSync(join(root, file), 'utf8'), kind))
