import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { apart, poolConfig, startClient, startWorkers } from '../../../test/capacity.ts'
import { describeWith } from '../../../test/live.ts'
import { startHaproxy } from '../../../test/servers.ts'
import { parseConfig } from '../../config/parse.ts'
import type { ChangeView } from '../../model/answers/change.ts'
import type { PoolView } from '../../model/answers/pool.ts'
import type { ProposalView } from '../../model/answers/proposal.ts'
import type { Page } from '../../model/answers/shape.ts'
import { serve } from '../../server/http/serve.ts'
import { openRuntime } from '../../server/open.ts'
import { setRuntime } from '../../server/runtime.ts'
import { schemas } from '../../server/schemas.ts'

const WORKERS = [2, 4, 8]
/** Together they could do 175 a second; the smallest, at an even third, could not do its part. */
const PER_SECOND = 105
const SERVICE_MS = 80

describeWith(['haproxy'], 'capacities of 1 : 2 : 4 behind a real HAProxy, from equal weights', () => {
  test('at most five proposals bring every p95 within 15 % of the others; then none is made', { timeout: 400_000 }, async () => {
    process.env.EVENKEEL_LOG = 'silent'
    const servers = await Promise.all(WORKERS.map((workers, i) => startWorkers(`app${i + 1}`, workers, SERVICE_MS)))
    await using haproxy = await startHaproxy({ cfg: ([port]) => poolConfig(port!, servers, [10, 10, 10]) })
    const data = await mkdtemp(join(tmpdir(), 'ek-'))
    const text = `mode: tune\ntargets:\n  - { kind: haproxy, name: edge, socket: "tcp://127.0.0.1:${haproxy.about.adminPort}" }\n`
    const config = parseConfig(text, {}, schemas(), { file: join(data, 'evenkeel.yaml'), readFile: () => '' })
    const evenkeel = await openRuntime({ ...config, data }, { NODE_ENV: 'test' }, () => {})
    setRuntime(evenkeel)
    const client = startClient(haproxy.about.ports[0]!, PER_SECOND, 40)
    const call = async <T>(method: string, path: string): Promise<T> => {
      const headers = { host: '127.0.0.1:3000' }
      const answer = await serve(
        new Request(`http://127.0.0.1:3000/api/v1/${path}`, { method, headers, ...(method === 'POST' && { body: '{}' }) }),
      )
      return (await answer.json()) as T
    }
    const open = async () =>
      (await call<Page<ProposalView>>('GET', 'proposals')).items.filter(
        ({ state, advisor }) => state === 'open' && advisor === 'pool-weights',
      )
    const weights = async () => ((await call<Partial<PoolView>>('GET', 'pools/edge/app')).servers ?? []).map(({ weightSet }) => weightSet)
    try {
      const deadline = performance.now() + 330_000
      // All connections but a few wait for the smallest server.
      while (!(client.p95s(3, 3_000)[0]! > 1_200) && performance.now() < deadline) await sleep(250)
      const applied: string[] = []
      let quietSince = performance.now()
      // Even, and nobody proposes anything for as long as a proposal may take to come.
      while (performance.now() - quietSince < 25_000 || !(apart(client.p95s(3, 8_000)) <= 0.15)) {
        if (performance.now() > deadline) expect.fail(`${applied.join('; ')}: p95 ${client.p95s(3, 8_000)} ms at ${await weights()}`)
        await sleep(250)
        const [proposal] = await open()
        if (!proposal) continue
        const { change } = await call<{ change: string }>('POST', `proposals/${proposal.id}/apply`)
        let now = await call<ChangeView>('GET', `changes/${change}`)
        while (now.state === 'applying' || now.state === 'watching') {
          await sleep(250)
          now = await call<ChangeView>('GET', `changes/${change}`)
        }
        applied.push(`${await weights()} ${now.state} ${now.verdict}`)
        quietSince = performance.now()
      }
      expect(applied.length, applied.join('; ')).toBeGreaterThan(0)
      expect(applied.length, applied.join('; ')).toBeLessThanOrEqual(5)
      const [one, two, four] = (await weights()) as [number, number, number]
      expect(one).toBeLessThan(two)
      expect(one).toBeLessThan(four)
      console.log(`${applied.join('; ')}: p95 ${client.p95s(3, 8_000).map(Math.round)} ms`)
    } finally {
      client.stop()
      await evenkeel.close()
      setRuntime(undefined)
      for (const server of servers) await server[Symbol.asyncDispose]()
      await rm(data, { recursive: true })
    }
  })
})
