import { execFile } from 'node:child_process'
import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { z } from 'zod'
import { drifted, EvenkeelError } from '../../model/error.ts'
import { createKeyedMutex } from '../../model/keyedMutex.ts'
import type { Actuator, Cause, Edit } from '../../model/product.ts'
import { clearLeftover, readText, replaceFile } from '../replaceFile.ts'
import { serverSetting } from '../serverSetting.ts'
import { readStats, type TwemproxyConfig } from './client.ts'
import { type PoolConfig, parseConfigFile, withWeights } from './configFile.ts'
import { testConfig } from './configTest.ts'
import { socketOfPool, watchGap } from './gap.ts'
import { parseStatistics } from './stats.ts'

const run = promisify(execFile)
/** By configuration file: two writes at once would each undo the other's text. */
const mutex = createKeyedMutex()
const RESTART_MS = 10_000
/** A start takes milliseconds; both runs, the new and the old one again, are to fit into the time of one write. */
const BACK_WITHIN_MS = 6_000
const LOOK_MS = 50
const SECOND_EDGE_MS = 100

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
      lost: 'keys that move are fetched anew, and a value written meanwhile is served again where it was; every client connection is cut until twemproxy is back',
      persistence: 'for good: it stands in nutcracker.yml',
    },
  ],
  async get(config, names, _signal) {
    const pools = parseConfigFile(await configText(config))
    return Object.fromEntries(names.map((name) => [name, String(serverOf(pools, name).weight)]))
  },
  async write(config, edits, signal, cause) {
    const { path, restart } = writable(config)
    await mutex.run(path, () => write(config, path, restart, edits, signal, cause))
  },
  async resume(config, edits, signal) {
    const { path, restart } = writable(config)
    await mutex.run(path, () => resume(config, path, restart, edits, signal))
  },
  commands(config, edits) {
    const lines = edits.map(({ name, value }) => {
      const { pool, server } = parts(name)
      return `${config.config ?? 'nutcracker.yml'}: ${pool}, server ${server}: weight ${value}`
    })
    return [...lines, `${config.program} -t -c ${config.config ?? 'nutcracker.yml'}`, (config.restart ?? ['restart twemproxy']).join(' ')]
  },
}

function writable({ config, restart }: TwemproxyConfig): { path: string; restart: string[] } {
  if (config && restart) return { path: config, restart }
  throw new EvenkeelError('not_allowed', 'this target has no `config` or no `restart`: its weights are read-only')
}

const parts = (name: string) => serverSetting(name, 'POOL/SERVER', { whats: ['weight'] })

async function configText(config: TwemproxyConfig): Promise<string> {
  if (!config.config) throw new EvenkeelError('invalid', 'this target has no `config`: weights stand only in nutcracker.yml')
  return readText(config.config)
}

function serverOf(pools: PoolConfig[], name: string) {
  const { pool, server } = parts(name)
  const found = pools.find((candidate) => candidate.name === pool)?.servers.find((candidate) => candidate.name === server)
  if (!found) throw new EvenkeelError('not_found', `nutcracker.yml has no ${pool}/${server}`)
  return found
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
    if (String(weight) !== expect) throw drifted(`${name} is ${weight}, not ${expect}`)
  }
  const next = withWeights(
    text,
    edits.map(({ name, value }) => ({ ...parts(name), weight: Number(value) })),
  )
  await testConfig(config, path, next)
  const before = await runOf(config, signal)
  if (!before) throw new EvenkeelError('unreachable', 'the statistics port does not answer: nobody could tell the new run from the old one')
  const { restore } = await replaceFile(path, { from: text, to: next }, cause)
  const gap = await gapOf(pools, edits)
  const failure = await restarted(config, restart, before, signal)
  const gapMs = await gap?.end()
  if (failure === null) {
    if (typeof gapMs === 'number') cause.cost?.(`every client connection was cut for ${Math.max(1, Math.round(gapMs))} ms`)
    return
  }
  const end = await restore().then(
    async () => {
      // The write's own deadline may have passed; putting the old run back must not depend on it.
      const second = await restarted(config, restart, null, AbortSignal.timeout(BACK_WITHIN_MS))
      return `the old file is back${second ? `, but ${second}` : ' and running'}`
    },
    (error: Error) => `and the old file could not be put back: ${error.message}`,
  )
  throw new EvenkeelError('unreachable', `${failure}; ${end}`)
}

/** A file with the new values may have been written just before a crash: a run that began before it does not have them. */
async function resume(config: TwemproxyConfig, path: string, restart: string[], edits: Edit[], signal: AbortSignal): Promise<void> {
  await clearLeftover(path)
  const pools = parseConfigFile(await readText(path))
  if (!edits.some(({ name, value }) => String(serverOf(pools, name).weight) === value)) return
  const run = await runOf(config, signal)
  const { ctimeMs } = await stat(path)
  // One that is not running reads it at its start. Starts are known in whole seconds.
  if (!run || run.startedAt > ctimeMs / 1000) return
  const failure = await restarted(config, restart, run, signal)
  if (failure !== null) throw new EvenkeelError('unreachable', failure)
}

/** The first pool that is changed stands for all: they share the process. */
async function gapOf(pools: PoolConfig[], edits: Edit[]) {
  const { pool } = parts(edits[0]!.name)
  const socket = socketOfPool(pools.find(({ name }) => name === pool)!)
  return socket && (await watchGap(socket))
}

/** The run that answers on the statistics port, identified by its start in whole epoch seconds. */
async function runOf(config: TwemproxyConfig, signal: AbortSignal): Promise<{ startedAt: number } | null> {
  try {
    const { startedAt } = parseStatistics(await readStats(config, signal), null, true)
    return { startedAt }
  } catch {
    return null
  }
}

/** Null when a run answers that began after this call, and so has read the file as it is; else what happened. */
async function restarted(
  config: TwemproxyConfig,
  command: string[],
  before: { startedAt: number } | null,
  signal: AbortSignal,
): Promise<string | null> {
  // Two starts within one second cannot be distinguished. By the wall clock, because twemproxy reports its start in that.
  if (before) await sleep(Math.max(0, Math.min(1_000, (before.startedAt + 1) * 1_000 - Date.now()) + SECOND_EDGE_MS))
  const from = Math.floor(Date.now() / 1000)
  const [program = '', ...args] = command
  try {
    await run(program, args, { timeout: RESTART_MS })
  } catch (error) {
    const { code, killed } = error as { code?: string | number; killed?: boolean }
    const why = killed ? `it did not end within ${RESTART_MS / 1000} s` : code === 'ENOENT' ? 'it is not there' : `it ended with ${code}`
    return `the restart command failed: ${why}`
  }
  const deadline = performance.now() + BACK_WITHIN_MS
  let seen = false
  while (performance.now() < deadline && !signal.aborted) {
    const now = await runOf(config, signal)
    seen ||= now !== null
    if (now && (before ? now.startedAt >= from && now.startedAt !== before.startedAt : true)) return null
    await sleep(LOOK_MS)
  }
  return seen
    ? 'after the restart command the old run of twemproxy still answers'
    : 'twemproxy did not come back after the restart command (its log says why)'
}
