import { spawn } from 'node:child_process'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureServers, openStage } from '../demo/stage.ts'
import { stayWith } from './boot/child.mjs'
import { Stop } from './boot/say.mjs'
import { root } from './boot/stamp.mjs'
import { readConfig } from './config.ts'

/** `npm run dev`: hot reload, on a given configuration or on the demo's fleet. */
export async function main(args: string[]): Promise<number> {
  const given = configAsked(args)
  if (given) return next(resolve(given), '')
  await ensureServers()
  const stage = await openStage()
  try {
    return await next(stage.config, stage.controller)
  } finally {
    await stage.close()
  }
}

function next(config: string, drills: string): Promise<number> {
  const { host, port } = readConfig(config).listen
  const child = spawn(process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'dev', '-H', host, '-p', String(port)], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    // Next gives its server 100 ms after a signal; the store needs longer to flush.
    env: { ...process.env, EVENKEEL_CONFIG: config, EVENKEEL_DRILLS: drills, NEXT_TELEMETRY_DISABLED: '1', NEXT_EXIT_TIMEOUT_MS: '10000' },
  })
  return stayWith(child) as Promise<number>
}

function configAsked(args: string[]): string | undefined {
  try {
    return parseArgs({ args, options: { config: { type: 'string' } } }).values.config
  } catch (error) {
    throw new Stop(`${(error as Error).message}\nnpm run dev -- --config FILE`, 2)
  }
}
