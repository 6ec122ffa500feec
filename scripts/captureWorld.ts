import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { stringify } from 'yaml'
import { EvenkeelError } from '../lib/model/error.ts'
import type { AnyProduct } from '../lib/model/product.ts'
import { captureCase } from '../test/world/capture/captureCase.ts'
import { CAPTURED_KINDS, type TargetFields } from '../test/world/capture/endpoints.ts'
import { judgeCase } from '../test/world/runCase.ts'
import { Stop } from './boot/say.mjs'
import { root } from './boot/stamp.mjs'

/** twemproxy renews its statistics each 30 s, as it comes. */
const SECONDS_BETWEEN: Record<string, number> = { twemproxy: 60 }
const SECONDS_BETWEEN_ELSE = 5

/** Writes a case of test/world from a live server and plays it at once; 1 when it does not read as the server did. `folder` is that of the cases. */
export async function captureWorld(
  product: AnyProduct,
  fields: TargetFields,
  { name, seconds, folder = join(root, 'test', 'world') }: { name: string; seconds?: number; folder?: string },
): Promise<number> {
  const { kind } = product
  if (!CAPTURED_KINDS.includes(kind))
    throw new Stop(
      `--case: of ${kind} no case can be captured; allowed are ${CAPTURED_KINDS.join(', ')}. Write one by hand: CONTRIBUTING.md.`,
      2,
    )
  if (!new RegExp(`^${kind}/[a-z\\d][a-z\\d.-]*$`).test(name))
    throw new Stop(`--case ${name}: allowed is ${kind}/NAME, of small letters, digits and -.`, 2)
  const path = join(folder, `${name}.yaml`)
  if (existsSync(path)) throw new Stop(`--case ${name}: there is such a case already; take another name.`, 2)
  const { written, replaced, left } = await captureCase(product, fields, seconds ?? SECONDS_BETWEEN[kind] ?? SECONDS_BETWEEN_ELSE).catch(
    (error: unknown) => {
      if (!(error instanceof EvenkeelError)) throw error
      throw new Stop(`--case: the server cannot be read, so there is no case: ${error.message}`)
    },
  )
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, stringify(written, { lineWidth: 0, blockQuote: 'literal' }))
  console.log(relative(root, path))
  console.log(`replaced: ${replaced.join(', ') || 'nothing'}; comments of files are left out`)
  if (left.length > 0) console.log(`without what names keys or clients: ${left.join(', ')}`)
  if (fields.accessLog !== undefined) console.log('without the access log: add lines of it under `log`, by hand')
  const { verdict, differences } = await judgeCase({ ...written, name })
  console.log(`played: ${verdict}${verdict === 'right' ? ', it reads as the server did' : ''}`)
  for (const difference of differences) console.log(`  ${difference}`)
  console.log(
    'Look the whole file through before you share it: what is secret to you only you can know. Then put right what `expect` says.',
  )
  return verdict === 'right' ? 0 : 1
}
