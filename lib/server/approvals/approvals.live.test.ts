import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test, vi } from 'vitest'
import { describeWith } from '../../../test/live.ts'
import { redisSay, startRedis } from '../../../test/servers.ts'
import type { PersonIdentity, TokenIdentity } from '../../auth/identity.ts'
import { parseConfig } from '../../config/parse.ts'
import { firingAlerts } from '../../engine/dispatch/alerts.ts'
import { openRuntime } from '../open.ts'
import { schemas } from '../schemas.ts'
import { approve, askApproval, getApproval, pendingApprovals, withdraw } from './approvals.ts'

const person = (name: string): PersonIdentity => ({ kind: 'person', id: `id-${name}`, name, role: 'operator', session: null })
const ofAnn: TokenIdentity = { kind: 'token', id: 't', name: 'script', role: 'operator', owner: 'id-ann' }
const [ann, bob] = [person('ann'), person('bob')]

describeWith(['redis-server'], 'a change of high risk, where a second person has to approve it', () => {
  test('nothing is written before another person approves, and nothing that the server has moved on from', async () => {
    await using redis = await startRedis({ config: ['maxmemory 10mb'] })
    const folder = mkdtempSync(join(tmpdir(), 'evenkeel-approvals-'))
    const text = JSON.stringify({
      data: folder,
      mode: 'tune',
      auth: { mode: 'local' },
      changes: { secondApprover: 'high' },
      targets: [{ kind: 'redis', name: 'cache', url: redis.about.url, role: 'cache' }],
    })
    const config = parseConfig(text, {}, schemas(), { file: join(folder, 'evenkeel.yaml'), readFile: () => '' })
    const runtime = await openRuntime(config, process.env, () => {}, { log: { info() {}, warn() {}, error() {} } })
    try {
      await vi.waitFor(() => expect(runtime.engine.topology().targets[0]?.state).toBe('up'), { timeout: 20_000, interval: 50 })
      const memory = (mb: number) => ({
        steps: [{ setting: { target: 'cache', name: 'config/maxmemory' }, after: `${mb * 1024 * 1024}` }],
        because: 'a test',
      })
      const held = async () => Number(/maxmemory\r\n\$\d+\r\n(\d+)/.exec(await redisSay(redis, 'CONFIG GET maxmemory'))![1]) / 1024 / 1024
      await expect(runtime.changes.create(memory(20), 'ann')).rejects.toMatchObject({ code: 'approval_needed' })
      const exact = { setting: { target: 'cache', name: 'config/maxmemory-samples' }, after: '6' }
      await expect(askApproval(runtime, { steps: [exact], because: '' }, 'ann', ann)).rejects.toThrow(/Nobody has to approve/)

      const asked = await askApproval(runtime, memory(20), 'ann', ofAnn)
      expect(asked).toMatchObject({ state: 'pending', by: 'ann', risk: 'high', steps: [{ before: '10485760', after: '20971520' }] })
      expect(firingAlerts(runtime.store, Date.now())).toMatchObject([{ rule: 'change/needs-approval', subject: { target: 'cache' } }])
      await expect(askApproval(runtime, memory(20), 'ann', ann)).rejects.toMatchObject({ code: 'busy' })
      await expect(approve(runtime, asked.id, 'ann', ann)).rejects.toThrow(/asked for it yourself/)
      await expect(approve(runtime, asked.id, 'script', { ...ofAnn, owner: 'id-bob' })).rejects.toThrow(/A person approves/)
      expect(await held()).toBe(10)
      const { change } = await approve(runtime, asked.id, 'bob', bob)
      expect(await held()).toBe(20)
      expect(runtime.store.changes.get(change!)).toMatchObject({ by: 'ann', approvedBy: 'bob', state: 'watching' })
      await expect(approve(runtime, asked.id, 'bob', bob)).rejects.toThrow(/it is approved/)
      await runtime.changes.rollBack(change!, 'ann')

      const late = await askApproval(runtime, memory(30), 'ann', ann)
      await redisSay(redis, 'CONFIG SET maxmemory 15mb')
      await expect(approve(runtime, late.id, 'bob', bob)).rejects.toMatchObject({ code: 'drift' })
      expect(getApproval(runtime, late.id)).toMatchObject({ state: 'void', reason: expect.stringMatching(/15728640/) })
      expect(await held()).toBe(15)

      const own = await askApproval(runtime, memory(30), 'ann', ann)
      expect(() => withdraw(runtime, own.id, 'bob', bob)).toThrow(/ann has asked/)
      expect(withdraw(runtime, own.id, 'ann', ann)).toMatchObject({ state: 'withdrawn' })
      expect(pendingApprovals(runtime)).toEqual([])
    } finally {
      await runtime.close()
      rmSync(folder, { recursive: true, force: true })
    }
  }, 60_000)
})
