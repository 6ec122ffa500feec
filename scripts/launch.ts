import { type ChildProcess, spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { builtServer } from './boot/build.mjs'
import { leashed } from './boot/leash.mjs'
import { nodeFlags, serverEnv } from './boot/node.mjs'

export type Launched = {
  url: string
  process: ChildProcess
  /** Resolves when `/readyz` answers 200; rejects when the server ended or `withinMs` have passed. */
  ready(withinMs?: number): Promise<void>
  /** Asks for a clean end and resolves when it came; kills after 12 s. */
  stop(): Promise<void>
}

/** Starts the built server as a child. `config` is an absolute path; `drills` the address of a demo fleet's controller. */
export function launch(options: {
  config: string
  host: string
  port: number
  drills?: string
  made?: boolean
  quiet?: boolean
}): Launched {
  const { config, host, port, drills, made, quiet } = options
  const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`
  const child = spawn(...leashed(process.execPath, [...nodeFlags, builtServer]), {
    stdio: ['ignore', quiet ? 'ignore' : 'inherit', 'inherit'],
    env: {
      ...serverEnv,
      ...process.env,
      NODE_ENV: 'production',
      HOSTNAME: host,
      PORT: String(port),
      EVENKEEL_CONFIG: config,
      EVENKEEL_DRILLS: drills ?? '',
      // Nobody keeps a file that is made anew at each start: it is not edited.
      EVENKEEL_CONFIG_MADE: made || drills ? '1' : '',
      NEXT_TELEMETRY_DISABLED: '1',
      // Next would wait for open event streams, or leave before the store has flushed: the server ends itself.
      NEXT_MANUAL_SIG_HANDLE: 'true',
    },
  })
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', (code) => resolve(code))
    child.once('error', () => resolve(null))
  })
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null

  return {
    url,
    process: child,
    async ready(withinMs = 60_000) {
      const until = Date.now() + withinMs
      while (Date.now() < until) {
        if (hasEnded()) throw new Error(`Evenkeel ended with ${child.exitCode ?? child.signalCode} before it was ready`)
        const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(2_000) }).catch(() => null)
        if (answer?.ok) return
        await sleep(150)
      }
      throw new Error(`${url}/readyz did not answer 200 within ${withinMs / 1000} s`)
    },
    async stop() {
      if (hasEnded()) return
      child.kill('SIGTERM')
      const kill = setTimeout(() => child.kill('SIGKILL'), 12_000)
      await ended
      clearTimeout(kill)
    },
  }
}
