import { execFile } from 'node:child_process'
import { rm, writeFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { EvenkeelError } from '../../model/error.ts'
import type { Actuator, Cause, Edit } from '../../model/product.ts'
import { inTurn } from '../inTurn.ts'
import { readText, replaceFile } from '../replaceFile.ts'
import { readStats, type TwemproxyConfig } from './client.ts'
import { parseConfigFile, withWeights } from './configFile.ts'
import { parseStatistics } from './stats.ts'

const run = promisify(execFile)
const BACK_WITHIN_MS = 10_000

/**
 * Weights by the configuration file and a restart: twemproxy has no administrative commands. The new file is tested first (`-t`),
 * replaced by rename, and after the restart the statistics port must speak of a new run; else the old file and run come back.
 */
export const twemproxyActuator: Actuator<TwemproxyConfig> = {
  kind: 'twemproxy',
  settings: [
    {
      pattern: /^[^/]+\/.+\/weight$/,
      value: z.string().regex(/^[1-9]\d{0,3}$/, 'a whole number from 1 to 9999 (twemproxy refuses 0)'),
      reversal: 'lossy',
      lost: 'keys that move are fetched anew, and a value written meanwhile is served again where it was; every client connection is cut for about 10 ms',
      persistence: 'for good: it stands in nutcracker.yml',
    },
  ],
  async get(config, names, _signal) {
    const pools = parseConfigFile(await configText(config))
    return Object.fromEntries(names.map((name) => [name, String(serverOf(pools, name).weight)]))
  },
  async write(config, edits, signal, cause) {
    const { config: path, restart } = config
    if (!path || !restart) throw new EvenkeelError('invalid', 'this target has no `config` or no `restart`: its weights are read-only')
    await inTurn(path, () => write(config, path, restart, edits, signal, cause))
  },
  commands(config, edits) {
    const lines = edits.map(({ name, value }) => {
      const { pool, server } = parts(name)
      return `${config.config ?? 'nutcracker.yml'}: ${pool}, server ${server}: weight ${value}`
    })
    return [...lines, `${config.program} -t -c ${config.config ?? 'nutcracker.yml'}`, (config.restart ?? ['restart twemproxy']).join(' ')]
  },
  group: (name, target) => `pool:${target}/${parts(name).pool}`,
}

async function write(
  config: TwemproxyConfig,
  path: string,
  restart: string[],
  edits: Edit[],
  signal: AbortSignal,
  cause: Cause,
): Promise<void> {
  const text = await readText(path)
  const pools = parseConfigFile(text)
  for (const { name, expect } of edits) {
    const { weight } = serverOf(pools, name)
    if (String(weight) !== expect) throw new EvenkeelError('drift', `${name} is ${weight}, not ${expect}`)
  }
  const next = withWeights(
    text,
    edits.map(({ name, value }) => ({ ...parts(name), weight: Number(value) })),
  )
  await testConfig(config, path, next)
  const before = await startedAt(config, signal)
  const { restore } = await replaceFile(path, { from: text, to: next }, cause)
  const failure = await restarted(config, restart, before, signal)
  if (failure === null) return
  await restore()
  // The write's own deadline may have passed; putting the old run back must not depend on it.
  const secondFailure = await restarted(config, restart, null, AbortSignal.timeout(BACK_WITHIN_MS))
  throw new EvenkeelError('unreachable', `${failure}; the old file is back${secondFailure ? `, but ${secondFailure}` : ' and running'}`)
}

function parts(name: string): { pool: string; server: string } {
  const match = /^([^/]+)\/(.+)\/weight$/.exec(name)
  if (!match) throw new EvenkeelError('invalid', `${name} is not POOL/SERVER/weight`)
  return { pool: match[1] as string, server: match[2] as string }
}

async function configText(config: TwemproxyConfig): Promise<string> {
  if (!config.config) throw new EvenkeelError('invalid', 'this target has no `config`: weights stand only in nutcracker.yml')
  return readText(config.config)
}

function serverOf(pools: ReturnType<typeof parseConfigFile>, name: string) {
  const { pool, server } = parts(name)
  const found = pools.find((candidate) => candidate.name === pool)?.servers.find((candidate) => candidate.name === server)
  if (!found) throw new EvenkeelError('not_found', `nutcracker.yml has no ${pool}/${server}`)
  return found
}

async function testConfig({ program }: TwemproxyConfig, path: string, text: string) {
  const temporary = `${path}.evenkeel-test`
  try {
    await writeFile(temporary, text, { mode: 0o600 })
    await run(program, ['-t', '-c', temporary], { timeout: 5_000 })
  } catch (error) {
    const said = error instanceof Error && 'stderr' in error ? String(error.stderr).trim().replaceAll(temporary, path) : String(error)
    throw new EvenkeelError('invalid', `${program} -t refuses the new file: ${said.slice(0, 300)}`)
  } finally {
    await rm(temporary, { force: true })
  }
}

async function startedAt(config: TwemproxyConfig, signal: AbortSignal): Promise<{ startedAt: number; uptime: number } | null> {
  try {
    const { startedAt, samples } = parseStatistics(await readStats(config, signal), null, true)
    return { startedAt, uptime: samples[0]?.value ?? 0 }
  } catch {
    return null
  }
}

/** Null when another run answers; else what happened. A run of less than a second's age has its own start only by its counters. */
async function restarted(
  config: TwemproxyConfig,
  command: string[],
  before: { startedAt: number } | null,
  signal: AbortSignal,
): Promise<string | null> {
  // Starts are told apart by whole seconds.
  if (before && Date.now() / 1000 < before.startedAt + 1.1) await sleep(1_100)
  const [program = '', ...args] = command
  try {
    await run(program, args, { timeout: BACK_WITHIN_MS })
  } catch (error) {
    return `the restart command failed: ${error instanceof Error ? error.message.split('\n')[0]?.slice(0, 200) : ''}`
  }
  const deadline = Date.now() + BACK_WITHIN_MS
  while (Date.now() < deadline && !signal.aborted) {
    const now = await startedAt(config, signal)
    if (now && now.startedAt !== before?.startedAt) return null
    await sleep(50)
  }
  return 'twemproxy did not come back with a new run'
}
