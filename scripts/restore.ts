import { relative, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { restore } from '../lib/store/backup.ts'
import { Stop } from './boot/say.mjs'
import { asStop, readConfig } from './config.ts'

const USAGE = `npm run restore -- --from FOLDER   puts a backup in place of what the data folder of ./evenkeel.yaml holds; Evenkeel must be stopped
  --config FILE                    of another configuration
  --data DIR                       this data folder`

/** `npm run restore`: what was there before is moved aside, never deleted. */
export async function main(args: string[]): Promise<number> {
  const { from, config, data } = options(args)
  const folder = resolve(data ?? readConfig(config ?? 'evenkeel.yaml').data)
  const { at, files, replaced } = await restore(resolve(from), folder, Date.now()).catch(asStop)
  const before = replaced ? ` What was there is in ${relative(process.cwd(), replaced)}.` : ''
  process.stdout.write(`${files.map(({ name }) => name).join(', ')} of ${at} restored.${before}\n`)
  return 0
}

function options(args: string[]) {
  const text = { type: 'string' } as const
  try {
    const { from, ...rest } = parseArgs({ args, options: { from: text, config: text, data: text } }).values
    if (from === undefined) throw new Error('--from is missing.')
    return { from, ...rest }
  } catch (error) {
    throw new Stop(`${(error as Error).message}\n${USAGE}`, 2)
  }
}
