import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './daemon.ts'

/** A whole Evenkeel in a child process that can be killed, its data in `data`, and a webhook that receives its notices. */
export class ServedApi implements AsyncDisposable {
  readonly #home = mkdtempSync(join(tmpdir(), 'evenkeel-served-'))
  readonly #hook: Server
  readonly #port: number
  #child: ChildProcess | null = null
  output = ''
  /** Bodies that the webhook received. */
  readonly notices: string[]

  private constructor(hook: Server, port: number, notices: string[]) {
    this.#hook = hook
    this.#port = port
    this.notices = notices
  }
  /** `yaml`: the configuration without listen, data, mode, receivers and routes; without `auth` everybody may do everything. */
  static async open(data: string, yaml: string): Promise<ServedApi> {
    const notices: string[] = []
    const hook = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk) => {
        body += chunk
      })
      request.on('end', () => {
        notices.push(body)
        response.end()
      })
    })
    await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve))
    const evenkeel = new ServedApi(hook, await freePort(), notices)
    writeFileSync(
      evenkeel.#config,
      `listen: 127.0.0.1:${evenkeel.#port}
data: ${data}
mode: tune
${/^auth:/m.test(yaml) ? '' : 'auth: { mode: none }'}
learning: 1s
receivers: [{ name: hook, webhook: { url: "http://127.0.0.1:${(hook.address() as AddressInfo).port}/" } }]
routes: [{ match: {}, to: [hook], wait: 1s }]
${yaml}
`,
    )
    return evenkeel
  }
  get #config(): string {
    return join(this.#home, 'evenkeel.yaml')
  }
  async start(): Promise<void> {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'servedApi.ts'), String(this.#port)], {
      env: { ...process.env, EVENKEEL_CONFIG: this.#config },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child = child
    child.stderr!.on('data', (chunk) => {
      this.output += chunk
    })
    await new Promise<void>((resolve, reject) => {
      child.stdout!.once('data', () => resolve())
      child.once('exit', (code) => reject(new Error(`ended with ${code}: ${this.output}`)))
    })
  }
  /** `as`: a person as a reverse proxy names them. */
  async call(method: string, path: string, body?: unknown, as = 'ann'): Promise<{ status: number; body: unknown }> {
    const answer = await fetch(`http://127.0.0.1:${this.#port}/${path.startsWith('/') ? path.slice(1) : `api/v1/${path}`}`, {
      method,
      headers: { 'x-forwarded-user': as, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text.startsWith('{') ? JSON.parse(text) : text }
  }
  async get<T>(path: string): Promise<T> {
    return (await this.call('GET', path)).body as T
  }
  async until<T>(what: () => Promise<T> | T, holds: (value: T) => boolean, seconds = 20): Promise<T> {
    for (const end = Date.now() + seconds * 1_000; ; await sleep(200)) {
      const value = await what()
      if (holds(value)) return value
      if (Date.now() > end) throw new Error(`still ${JSON.stringify(value)}; ${this.output}`)
    }
  }
  get isRunning(): boolean {
    return this.#child !== null && this.#child.exitCode === null && this.#child.signalCode === null
  }
  /** Stops it where it stands, or lets it go on. */
  freeze(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child!.kill(signal)
  }
  async end(signal: NodeJS.Signals): Promise<void> {
    const child = this.#child!
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill(signal)
    await gone
  }
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child) await this.end('SIGKILL')
    this.#hook.closeAllConnections()
    this.#hook.close()
    rmSync(this.#home, { recursive: true })
  }
}
