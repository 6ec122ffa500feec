import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Change } from '../lib/model/change.ts'
import type { TargetConfig } from '../lib/model/product.ts'

/** Store, engine and changes in a child process (test/engineProcess.ts), so that it can be killed. */
export class KillableEvenkeel implements AsyncDisposable {
  readonly #options: { data: string; targets: TargetConfig[]; watch: Record<string, number> }
  /** Options of its next start: the mode, and how often it polls. */
  mode: 'observe' | 'tune' = 'tune'
  everyMs = 1_000
  /** Called with each journal entry as it is written: the change with that entry alone. */
  onEntry: ((change: Change) => void) | null = null
  #child: ChildProcess | null = null
  #ids = 0
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  errors = ''

  readonly #env: Record<string, string>

  constructor(
    targets: TargetConfig[],
    watch: Record<string, number>,
    env: Record<string, string> = {},
    folder = mkdtempSync(join(tmpdir(), 'evenkeel-live-')),
  ) {
    this.#env = env
    const data = join(folder, 'evenkeel.db')
    this.#options = { data, targets, watch }
  }
  async start(): Promise<void> {
    const args = [
      join(import.meta.dirname, 'engineProcess.ts'),
      JSON.stringify({ ...this.#options, mode: this.mode, everyMs: this.everyMs, tell: this.onEntry !== null }),
    ]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'], env: { ...process.env, ...this.#env } })
    this.#child = child
    child.stdin!.on('error', () => {})
    child.stderr!.on('data', (chunk) => {
      this.errors += chunk
    })
    const ready = new Promise((resolve, reject) => {
      this.#waiting.set(0, { resolve, reject })
      child.once('exit', (code) => reject(new Error(`ended with ${code}: ${this.errors}`)))
    })
    // A killed process never answers what it was asked.
    child.once('exit', () => {
      for (const { reject } of this.#waiting.values()) reject(new Error('killed'))
      this.#waiting.clear()
    })
    createInterface({ input: child.stdout! }).on('line', (line) => {
      const message = JSON.parse(line) as { id: number; answer: unknown; error?: { code: string; message: string }; entry?: Change }
      if (message.entry) return this.onEntry?.(message.entry)
      const { id, answer, error } = message
      const waiting = this.#waiting.get(id)
      this.#waiting.delete(id)
      if (error) waiting?.reject(Object.assign(new Error(error.message), { code: error.code }))
      else waiting?.resolve(answer)
    })
    await ready
  }
  ask<T>(verb: string, more: object = {}): Promise<T> {
    const child = this.#child!
    if (child.exitCode !== null || child.signalCode !== null) return Promise.reject(new Error('killed'))
    const id = ++this.#ids
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      child.stdin!.write(`${JSON.stringify({ id, verb, ...more })}\n`)
    })
  }
  async until<T>(what: () => Promise<T>, holds: (value: T) => boolean, seconds = 20): Promise<T> {
    for (const end = Date.now() + seconds * 1_000; ; await sleep(200)) {
      const value = await what()
      if (holds(value)) return value
      if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)}; ${this.errors}`)
    }
  }
  change = (id: string) => this.ask<Change>('change', { change: id })
  ended = (id: string, seconds: number) =>
    this.until(() => this.change(id), (change) => change.endedAt !== undefined, seconds) // biome-ignore format: one line
  async up(): Promise<void> {
    // On a machine that others load a poll's deadline may pass again and again: that is not what a test with kills is about.
    await this.until(() => this.ask<{ state: string }[]>('state'), (states) => states.every(({ state }) => state === 'up'), 120) // biome-ignore format: one line
  }
  async kill(): Promise<void> {
    const child = this.#child!
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  /** Ends it without a signal: its stdin closes, and it exits by itself. */
  async end(): Promise<void> {
    const gone = once(this.#child!, 'exit')
    this.#child!.stdin!.end()
    await gone
  }
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child?.exitCode === null && this.#child.signalCode === null) await this.kill()
  }
}
