import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { backUp } from '../lib/store/backup.ts'
import { Stop } from './boot/say.mjs'
import { asStop, readConfig } from './config.ts'

const USAGE = `npm run backup -- --to FOLDER      copies the data folder of ./evenkeel.yaml into a new folder, while Evenkeel runs or not
  --config FILE                    of another configuration
  --data DIR                       this data folder`

/** `npm run backup`: one command, one new folder, checked. */
export async function main(args: string[]): Promise<number> {
  const { to, config, data } = options(args)
  const folder = resolve(data ?? readConfig(config ?? 'evenkeel.yaml').data)
  const { files } = await backUp(folder, resolve(to), Date.now()).catch(asStop)
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  process.stdout.write(
    `${to}: ${files.map(({ name }) => name).join(', ')}, ${(bytes / 1_000_000).toFixed(1)} MB, whole. Keep it where others cannot read it.\n`,
  )
  return 0
}

function options(args: string[]) {
  const text = { type: 'string' } as const
  try {
    const { to, ...rest } = parseArgs({ args, options: { to: text, config: text, data: text } }).values
    if (to === undefined) throw new Error('--to is missing.')
    return { to, ...rest }
  } catch (error) {
    throw new Stop(`${(error as Error).message}\n${USAGE}`, 2)
  }
}
