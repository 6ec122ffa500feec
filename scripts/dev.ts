import { spawn } from 'node:child_process'
import { watch } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureServers, openStage } from '../demo/stage.ts'
import { stayWith } from './boot/child.mjs'
import { leashed } from './boot/leash.mjs'
import { Stop, say } from './boot/say.mjs'
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

/**
 * Next's own hot reload serves pages and components. The engine is not hot-reloaded: an edit of its modules
 * restarts the process.
 */
async function next(config: string, drills: string): Promise<number> {
  const { host, port } = readConfig(config).listen
  let over = false
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => (over = true))
  for (;;) {
    const child = spawn(
      ...leashed(process.execPath, [join(root, 'node_modules/next/dist/bin/next'), 'dev', '-H', host, '-p', String(port)]),
      {
        cwd: root,
        stdio: ['ignore', 'inherit', 'inherit'],
        // Next gives its server 100 ms after a signal; the store needs longer to flush.
        env: {
          ...process.env,
          EVENKEEL_CONFIG: config,
          HOSTNAME: host,
          PORT: String(port),
          EVENKEEL_DRILLS: drills,
          NEXT_TELEMETRY_DISABLED: '1',
          NEXT_EXIT_TIMEOUT_MS: '10000',
        },
      },
    )
    let edited = ''
    const watcher = watch(join(root, 'lib'), { recursive: true }, (_, file) => {
      if (edited || !file?.endsWith('.ts') || file.endsWith('.test.ts')) return
      edited = file
      child.kill('SIGTERM')
    })
    const code = await stayWith(child)
    watcher.close()
    if (over || !edited) return code
    say(`lib/${edited} was edited: the engine starts again`)
  }
}

function configAsked(args: string[]): string | undefined {
  try {
    return parseArgs({ args, options: { config: { type: 'string' } } }).values.config
  } catch (error) {
    throw new Stop(`${(error as Error).message}\nnpm run dev -- --config FILE`, 2)
  }
}
