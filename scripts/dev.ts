import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { stayWith } from './boot/child.mjs'
import { Stop } from './boot/say.mjs'
import { root } from './boot/stamp.mjs'

/** `npm run dev`: hot reload on a given config, or on the demo fleet. */
export async function main(args: string[]): Promise<number> {
  const { config } = parseArgs({ args, options: { config: { type: 'string' } } }).values
  if (!config) throw new Stop('Give --config FILE.', 2)
  const { listenOf } = await import('./listen.ts')
  const { host, port } = listenOf(config)
  const next = spawn(process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'dev', '-H', host, '-p', String(port)], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, EVENKEEL_CONFIG: config },
  })
  return stayWith(next)
}
