import { expect, it } from 'vitest'
import { change, finding } from '../../../test/documents.ts'
import { describeWith } from '../../../test/live.ts'
import { SharedStores } from '../../../test/sharedStores.ts'
import { verifyChain } from '../auditChain.ts'

const SOON = { timeout: 12_000, interval: 20 }
const entry = { at: 0, what: 'mode-set', by: 'ann', how: 'person', from: null, about: '', outcome: 'done', detail: {} } as const

describeWith(['postgres'], 'stores whose database goes away', () => {
  const stores = SharedStores.forTests()

  it('go on in memory while packets vanish, say so, commit nothing, and catch up', async () => {
    const [a, b] = [await stores.replica('a', { through: stores.relayed() }), await stores.replica('b')]
    expect(a.failing()).toBeNull()
    stores.relay.hold()
    const began = performance.now()
    a.silences.put({ id: 's', match: {}, from: 0, until: 9, by: 'ann', reason: 'night' })
    await expect(a.durable()).rejects.toMatchObject({ code: 'unavailable', written: 'none' })
    expect(performance.now() - began).toBeLessThan(10_000)
    expect(a.failing()).toMatchObject({ reason: 'unreachable', because: expect.stringContaining('does not answer') })
    expect(a.silences.get('s')?.id).toBe('s')
    expect(() => a.changes.insist({ ...change, id: 'c' })).toThrow(/Nothing that is new can be written down/)
    await expect(a.undo.append('c', 1, [])).rejects.toMatchObject({ code: 'unavailable' })
    await expect(a.claims.take(['x'], 'c')).rejects.toMatchObject({ code: 'unavailable' })
    b.findings.put({ ...finding, id: 'meanwhile' })
    await b.durable()
    expect(b.silences.list()).toEqual([])
    stores.relay.release()
    await expect.poll(() => [a.findings.get('meanwhile')?.id, b.silences.get('s')?.id, a.failing()], SOON).toEqual(['meanwhile', 's', null])
    await a.durable()
    expect(stores.told.filter((text) => text.includes('Nothing is being saved'))).toHaveLength(1)
    expect(stores.told.join('\n')).not.toContain('sesame')
  })

  it('lose nothing over the restart of the database, be it killed', async () => {
    const [a, b] = [await stores.replica('a'), await stores.replica('b')]
    for (const signal of ['SIGQUIT', 'SIGINT'] as const) {
      await stores.server.stop(signal)
      for (let n = 0; n < 50; n++) a.memory.put(`${signal}/${n}`, n)
      a.audit.append(entry)
      await expect.poll(() => b.failing()?.reason, SOON).toBe('unreachable')
      await stores.server.start()
      await expect.poll(() => b.memory.keys(`${signal}/`).length, SOON).toBe(50)
      await expect.poll(() => [a.failing(), b.failing()], SOON).toEqual([null, null])
    }
    await a.durable()
    const entries = await b.audit.since(0, 100)
    expect(verifyChain(entries, { whole: true, head: a.audit.head() })).toMatchObject({ entries: 2, broken: null })
  })
})
