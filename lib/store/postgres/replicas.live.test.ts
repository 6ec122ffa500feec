import { expect, it } from 'vitest'
import { change, finding } from '../../../test/documents.ts'
import { describeWith } from '../../../test/live.ts'
import { SharedStores } from '../../../test/sharedStores.ts'
import type { SharedDocument } from '../../model/store.ts'
import { verifyChain } from '../auditChain.ts'
import { createDatabase } from './connection.ts'

const SOON = { timeout: 12_000, interval: 20 }
const entry = { at: 0, what: 'mode-set', by: 'ann', how: 'person', from: null, about: '', outcome: 'done', detail: {} } as const

describeWith(['postgres'], 'several stores on one database', () => {
  const stores = SharedStores.forTests()

  it('show what another has put, changed and deleted, and tell it', async () => {
    const [a, b] = [await stores.replica('a'), await stores.replica('b')]
    const seen: SharedDocument[] = []
    b.onShared((shared) => seen.push(shared))
    a.onShared(() => stores.tell('a heard of its own'))
    a.findings.put({ ...finding, id: 'x' })
    a.memory.put('token/1', 7)
    await a.durable()
    await expect.poll(() => [b.findings.get('x')?.id, b.memory.get('token/1')], SOON).toEqual(['x', 7])
    b.findings.put({ ...b.findings.get('x')!, summary: 'said by b' })
    await expect.poll(() => a.findings.get('x')?.summary, SOON).toBe('said by b')
    a.findings.delete('x')
    a.memory.delete('token/1')
    await expect.poll(() => [b.findings.get('x'), b.memory.get('token/1')], SOON).toEqual([null, null])
    expect(seen.map(({ noun, id, document }) => [noun, id, document === null])).toEqual([
      ['finding', 'x', false],
      ['memory', 'token/1', false],
      ['finding', 'x', true],
      ['memory', 'token/1', true],
    ])
    expect(stores.told.filter((text) => text.includes('its own'))).toHaveLength(1)
  })

  it('keep one of two writes of a change on the same ground, and whoever wrote the other must not go on', async () => {
    const [a, b] = [await stores.replica('a', { through: stores.relayed() }), await stores.replica('b')]
    a.changes.put({ ...change, id: 'c' })
    await expect.poll(() => b.changes.get('c')?.id, SOON).toBe('c')
    stores.relay.hold()
    a.changes.put({ ...change, id: 'c', because: 'said by a' })
    const barrier = a.durable().then(
      () => 'committed',
      (error: { message: string }) => error.message,
    )
    b.changes.put({ ...change, id: 'c', because: 'said by b' })
    await b.durable()
    stores.relay.release()
    expect(await barrier).toMatch(/Another Evenkeel has taken this over/)
    await expect.poll(() => a.changes.get('c')?.because, SOON).toBe('said by b')
    expect(b.changes.get('c')?.because).toBe('said by b')
    // What comes next builds on that.
    a.changes.put({ ...a.changes.get('c')!, because: 'said by a, later' })
    await a.durable()
    await expect.poll(() => b.changes.get('c')?.because, SOON).toBe('said by a, later')
  })

  it('append to one chain of the audit log from all of them at once', async () => {
    const replicas = [await stores.replica('a'), await stores.replica('b'), await stores.replica('c')]
    for (let n = 0; n < 40; n++) for (const store of replicas) store.audit.append({ ...entry, about: `${n}` })
    await Promise.all(replicas.map((store) => store.durable()))
    const entries = await replicas[0]!.audit.since(0, 1_000)
    expect(verifyChain(entries, { whole: true })).toMatchObject({ entries: 120, broken: null })
  })

  it('give a contested key to one of two that ask at the same moment, and forget one whose change was never committed', async () => {
    const [a, b] = [await stores.replica('a'), await stores.replica('b')]
    for (let round = 0; round < 20; round++) {
      const answers = await Promise.all([a.claims.take(['x', `a${round}`], `a${round}`), b.claims.take(['x', `b${round}`], `b${round}`)])
      expect(answers.filter((answer) => answer === null)).toHaveLength(1)
      await (answers[0] === null ? a.claims.release(`a${round}`) : b.claims.release(`b${round}`))
    }
    const database = createDatabase({ url: stores.url, replica: 'test' })
    expect(await a.claims.take(['x'], 'dead')).toBeNull()
    expect(await b.claims.take(['x'], 'next')).toBe('dead')
    await database.query("UPDATE evenkeel.claim SET at = at - interval '1 minute'")
    expect(await b.claims.take(['x'], 'next')).toBeNull()
    await database.close()
  })

  it('refuse to start without the database, naming the key and the mend, and never the password', async () => {
    const wrong = stores.url.replace('sesame-postgres', 'sesame-wrong')
    await expect(stores.replica('a', { through: wrong })).rejects.toThrow(
      /^state \(127\.0\.0\.1:\d+\/\w+\): .*refuses the user or the password/,
    )
    await expect(stores.replica('a', { through: `${stores.url}x` })).rejects.toThrow(/there is no database of the name/)
    await expect(stores.replica('a', { through: stores.url.replace(/:\d+\//, ':1/') })).rejects.toThrow(
      /cannot be reached \(ECONNREFUSED\)/,
    )
    stores.relay.hold()
    await expect(stores.replica('a', { through: stores.relayed() })).rejects.toThrow(/does not answer/)
    expect(stores.told.join('\n')).not.toContain('sesame')
  })

  it('say that no connection is left, and go on when there is one', async () => {
    const a = await stores.replica('a')
    await stores.server.about.say(`ALTER ROLE evenkeel CONNECTION LIMIT 0`)
    await stores.server.about.say("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'evenkeel'")
    a.memory.put('kept', 1)
    await expect.poll(() => a.failing()?.because, SOON).toContain('has no connection left')
    await stores.server.about.say('ALTER ROLE evenkeel CONNECTION LIMIT -1')
    await a.durable()
    await expect.poll(() => a.failing(), SOON).toBeNull()
  })
})
