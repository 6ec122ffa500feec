import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { Agent, get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './daemon.ts'
import type { Crowd } from './fakeHaproxy.ts'

/** What watching a HAProxy with that many servers cost. */
export type Cost = {
  /** Response time of `/healthz` in ms, one call each 20 ms. */
  worst: number
  p99: number
  /** Response time of an idle server, called at the same moments: the machine's own share. */
  baseline: number
  /** The longest task of its event loop, in ms of its own CPU time: `worst` without other load of the machine. */
  turn: number
  /** Largest resident memory, in MB. */
  rss: number
  /** From SIGTERM to its end, in s. */
  end: number
  /** Of `GET overview` and `GET pools`, in ms. */
  overview: number
  pools: number
  targets: { state: string; error?: string; capabilities: { feature: string; available: boolean; because?: string }[] }[]
  metrics: string
}

type Started = AsyncDisposable & { port: string; own: ChildProcess; run(args: string[]): ChildProcess }

/** Starts Evenkeel on a fake HAProxy with that many servers, and on what else there is. */
export async function startCrowd(crowd: Crowd, nodeArgs: string[] = [], others: object[] = []): Promise<Started> {
  const home = mkdtempSync(join(tmpdir(), 'evenkeel-crowd-'))
  const socket = join(home, 'haproxy.sock')
  const config = join(home, 'evenkeel.yaml')
  const port = String(await freePort())
  const targets = [{ kind: 'haproxy', name: 'edge', socket }, ...others]
  writeFileSync(config, JSON.stringify({ listen: `127.0.0.1:${port}`, data: join(home, 'data'), auth: { mode: 'none' }, targets }))
  const children: ChildProcess[] = []
  const run = (args: string[], env: Record<string, string> = {}): ChildProcess => {
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, ...env } })
    children.push(child)
    return child
  }
  const end = async () => {
    for (const child of children) if (child.exitCode === null) child.kill('SIGKILL')
    rmSync(home, { recursive: true, force: true })
  }
  try {
    await printed(run([join(import.meta.dirname, 'fakeHaproxy.ts'), JSON.stringify({ ...crowd, socket })]), /^ready/)
    const env = { EVENKEEL_CONFIG: config, HOSTNAME: '127.0.0.1', PORT: port }
    const own = run([...nodeArgs, join(import.meta.dirname, 'measuredApi.ts')], env)
    await printed(own, /^ready/)
    return { port, own, run, [Symbol.asyncDispose]: end }
  } catch (error) {
    await end()
    throw error
  }
}

/** Watches such a crowd for that long, and ends it. `node test/crowd.ts '{"pools":10,"servers":200}' 30` prints it. */
export async function watchCrowd(crowd: Crowd, seconds: number, nodeArgs: string[] = []): Promise<Cost> {
  await using started = await startCrowd(crowd, nodeArgs)
  const { port, own } = started
  const idle = await printed(started.run(['-e', IDLE]), /^port (\d+)/)
  const agent = new Agent({ keepAlive: true })
  const call = (at: string, path: string) => timed(agent, at, path)
  const [times, base]: [number[], number[]] = [[], []]
  let over = false
  const pinging = Promise.all(
    (
      [
        [port, times],
        [idle, base],
      ] as const
    ).map(async ([at, list]) => {
      while (!over) {
        const { ms } = await call(at, '/healthz')
        list.push(ms)
        await sleep(20)
      }
    }),
  )
  let rss = 0
  const until = Date.now() + seconds * 1000
  while (Date.now() < until) {
    rss = Math.max(rss, residentMb(own.pid!))
    await sleep(250)
  }
  over = true
  await pinging
  const turn = await call(port, '/turn')
  const overview = await call(port, '/api/v1/overview')
  const pools = await call(port, '/api/v1/pools')
  const answer = await call(port, '/api/v1/targets')
  const metrics = await call(port, '/metrics')
  agent.destroy()
  const endedAt = performance.now()
  own.kill('SIGTERM')
  const gone = await Promise.race([once(own, 'exit').then(() => true), sleep(60_000, false)])
  times.sort((a, b) => a - b)
  return {
    worst: times.at(-1)!,
    p99: times[Math.floor(times.length * 0.99)]!,
    baseline: Math.max(...base),
    turn: Number(turn.text),
    rss,
    end: gone ? (performance.now() - endedAt) / 1000 : Number.POSITIVE_INFINITY,
    overview: overview.ms,
    pools: pools.ms,
    targets: JSON.parse(answer.text).items,
    metrics: metrics.text,
  }
}

const IDLE =
  "require('node:http').createServer((q, r) => r.end('ok')).listen(0, '127.0.0.1', function () { console.log('port ' + this.address().port) })"

/** Resolves to the first line of a child's output that matches. */
async function printed(child: ChildProcess, what: RegExp): Promise<string> {
  const lines = createInterface({ input: child.stdout! })
  try {
    for await (const line of lines) {
      const found = what.exec(line)
      if (found) return found[1] ?? ''
    }
    throw new Error(`a child ended with ${child.exitCode} before it printed ${what}`)
  } finally {
    lines.close()
    child.stdout!.resume()
  }
}

function timed(agent: Agent, port: string, path: string): Promise<{ ms: number; text: string }> {
  const begun = performance.now()
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path, agent }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('end', () => resolve({ ms: performance.now() - begun, text }))
    }).on('error', reject)
  })
}

export const residentMb = (pid: number) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024

if (import.meta.main) {
  const [crowd, seconds = '30', ...nodeArgs] = process.argv.slice(2)
  const { targets, metrics: _, ...cost } = await watchCrowd(JSON.parse(crowd!) as Crowd, Number(seconds), nodeArgs)
  console.log(crowd, cost, JSON.stringify(targets.map(({ state, error, capabilities }) => ({ state, error, capabilities }))))
}
