import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, vi } from 'vitest'
import { builtServer } from '../scripts/boot/build.mjs'
import { root } from '../scripts/boot/stamp.mjs'

const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8')
const command = (pattern: RegExp): string[] => JSON.parse(pattern.exec(dockerfile)![1]!) as string[]

/** The environment and the commands that the Dockerfile gives. */
export const IMAGE_ENV = Object.fromEntries(
  [...dockerfile.matchAll(/^ENV ((?:.*\\\n)*.*)$/gm)]
    .map(([, text]) => text!)
    .flatMap((text) => text.replaceAll('\\\n', ' ').trim().split(/\s+/))
    .map((pair) => pair.split('=') as [string, string]),
)
export const IMAGE_CMD = command(/^CMD (\[.*\])$/m)
export const IMAGE_HEALTH = command(/^HEALTHCHECK .*\\\n\s*CMD (\[.*\])$/m)

/** The container's command on a configuration, with the image's environment; ended with its scope. `host`: what a container engine makes HOSTNAME. */
export function startImage(
  config: string,
  { host, env = {} }: { host: string; env?: Record<string, string> },
): AsyncDisposable & { health(): void } {
  const whole = { NODE_ENV: 'production', PATH: process.env.PATH, HOSTNAME: host, ...IMAGE_ENV, EVENKEEL_CONFIG: config, ...env } as const
  const cwd = dirname(builtServer)
  const child = spawn(process.execPath, IMAGE_CMD.slice(1), { cwd, env: whole, stdio: 'ignore' })
  const gone = once(child, 'exit')
  return {
    health: () => void execFileSync(process.execPath, IMAGE_HEALTH.slice(1), { cwd, env: whole }),
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM')
      await gone
    },
  }
}

export const readyAt = (url: string) =>
  vi.waitFor(async () => expect((await fetch(url)).status).toBe(200), { timeout: 90_000, interval: 300 })
