import { execFile } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { getText } from '../http.ts'
import { runnable } from '../prerequisites.ts'
import { type NginxConfig, NO_PID } from './config.ts'
import { masterPid, servesStatus, workersOf } from './master.ts'

const run = promisify(execFile)
/** A good reload takes 0.15 s; one that waits for names to resolve takes longer. */
const RELOAD_MS = 5_000
const LOOK_MS = 30

/** Asks for a reload. Null when every worker is new and the status page answers; else what happened. */
export async function reload(config: NginxConfig, master: number, signal = AbortSignal.timeout(RELOAD_MS)): Promise<string | null> {
  const before = await workersOf(master)
  try {
    if (config.reload) {
      const [program = '', ...args] = config.reload
      await run(program, args, { timeout: RELOAD_MS })
    } else process.kill(master, 'SIGHUP')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EPERM') return "Evenkeel's user may not signal NGINX's master (give a `reload` command)"
    return `NGINX could not be reloaded (${code ?? 'the command failed'})`
  }
  const deadline = performance.now() + RELOAD_MS
  let renewed = false
  while (performance.now() < deadline && !signal.aborted) {
    await sleep(LOOK_MS)
    const now = await workersOf(master)
    renewed ||= now.length > 0 && now.every((pid) => !before.includes(pid))
    if (!renewed) continue
    try {
      await getText(config.status, AbortSignal.timeout(1_000))
      return null
    } catch {
      // The new workers may not have begun.
    }
  }
  return renewed
    ? 'the new workers do not answer on the status page'
    : 'NGINX passed its own test but did not reload: its error log says why'
}

/** True, or why a reload could not be asked for, or not be believed. */
export async function reloadable(config: NginxConfig): Promise<true | string> {
  if (!config.pid) return NO_PID
  try {
    const master = await masterPid(config.pid)
    if ((await workersOf(master)).length === 0) return `pid ${master} of the pid file is no NGINX with workers`
    if ((await servesStatus(master, config.status)) === false)
      return `pid ${master} of the pid file is another NGINX than the one of the status page`
    if (config.reload) return await runnable(config.reload)
    // Signal 0 only asks whether one may.
    process.kill(master, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
      ? "Evenkeel's user may not signal the master: give a `reload` command"
      : (error as Error).message
  }
}
