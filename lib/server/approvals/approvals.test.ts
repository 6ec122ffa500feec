import { describe, expect, test } from 'vitest'
import { change } from '../../../test/documents.ts'
import type { Identity } from '../../auth/identity.ts'
import type { OwnChange } from '../../changes/changes.ts'
import { APPROVAL_PREFIX, type Approval } from '../../model/approval.ts'
import { EvenkeelError } from '../../model/error.ts'
import type { AppEvent } from '../../model/events.ts'
import { createStore } from '../../store/store.ts'
import type { Runtime } from '../runtime.ts'
import { approve, askApproval, decline, getApproval, listApprovals } from './approvals.ts'
import { beginDeciding } from './carriedOut.ts'
import { settleApprovals } from './settleApprovals.ts'

const MINUTE = 60_000
const steps = [{ setting: { target: 'cache', name: 'config/maxmemory' }, before: '1', after: '2' }]
const wanted = { steps: [{ setting: steps[0]!.setting, after: '2' }], because: 'x' }
const person = (name: string): Identity => ({ kind: 'person', id: `id-${name}`, name, role: 'operator', session: null })

function asked() {
  let at = 1_000_000
  const store = createStore({ path: ':memory:', now: () => at })
  const events: AppEvent[] = []
  const made: { own: OwnChange; by: string; options?: object }[] = []
  const trouble: { error: EvenkeelError | null } = { error: null }
  const runtime = {
    store,
    now: () => at,
    bus: { emit: (event: AppEvent) => events.push(event), on: () => () => {} },
    config: { brakes: { secondApprover: { withinMs: 60 * MINUTE } } },
    changes: {
      courses: () => [],
      riskOf: () => ({ risk: 'high', because: 'memory does not come back' }),
      async create(own: OwnChange, by: string, options?: { dryRun?: boolean }) {
        if (!options?.dryRun) {
          if (trouble.error) throw trouble.error
          made.push({ own, by, options })
        }
        return { change: options?.dryRun ? null : 'c1', steps, commands: ['CONFIG SET'] }
      },
    },
  } as unknown as Runtime
  return { runtime, events, made, trouble, later: (ms: number) => (at += ms) }
}

test('what was asked for is applied by the name of who asked, to the values that it was asked for', async () => {
  const { runtime, events, made } = asked()
  const { id } = await askApproval(runtime, wanted, 'ann', person('ann'))
  expect(await approve(runtime, id, 'bob', person('bob'))).toMatchObject({ state: 'approved', by: 'ann', decidedBy: 'bob', change: 'c1' })
  expect(made).toEqual([{ own: { steps, because: 'x' }, by: 'ann', options: { approvedBy: 'bob', approval: id } }])
  expect(events.map((event) => event.type === 'approval' && event.approval.state)).toEqual(['pending', 'applying', 'approved'])
})

test('its time ends', async () => {
  const { runtime, made, later } = asked()
  const { id } = await askApproval(runtime, wanted, 'ann', person('ann'))
  later(60 * MINUTE)
  expect(listApprovals(runtime, { state: 'pending' }).items).toEqual([])
  await expect(approve(runtime, id, 'bob', person('bob'))).rejects.toThrow(/it is expired/)
  expect(getApproval(runtime, id)).toMatchObject({ state: 'expired' })
  expect(made).toEqual([])
})

test('what cannot be applied just now waits on; what the server has moved on from does not', async () => {
  const { runtime, trouble } = asked()
  const { id } = await askApproval(runtime, wanted, 'ann', person('ann'))
  trouble.error = new EvenkeelError('busy', 'another is in flight')
  await expect(approve(runtime, id, 'bob', person('bob'))).rejects.toMatchObject({ code: 'busy' })
  expect(getApproval(runtime, id)).toMatchObject({ state: 'pending' })
  expect(getApproval(runtime, id)).not.toHaveProperty('decidedBy')
  trouble.error = new EvenkeelError('drift', 'it is 3')
  await expect(approve(runtime, id, 'bob', person('bob'))).rejects.toMatchObject({ code: 'drift' })
  expect(getApproval(runtime, id)).toMatchObject({ state: 'void', reason: 'it is 3' })
})

test.each<[string, Identity | null, RegExp]>([
  ['who asked for it', person('ann'), /asked for it yourself/],
  ['a token, whoever owns it', { kind: 'token', id: 't', name: 'x', role: 'admin', owner: 'id-bob' }, /A person approves/],
  ['nobody who has signed in', { kind: 'anonymous', id: 'anonymous', name: 'anonymous', role: 'admin' }, /A person approves/],
])('%s does not approve it', async (_who, identity, words) => {
  const { runtime, made } = asked()
  const { id } = await askApproval(runtime, wanted, 'ann', person('ann'))
  await expect(approve(runtime, id, 'x', identity)).rejects.toThrow(words)
  expect(made).toEqual([])
})

test('a token without an owner cannot ask, for nobody could tell who is another person', async () => {
  const { runtime } = asked()
  const token: Identity = { kind: 'token', id: 't', name: 'old', role: 'operator', owner: null }
  await expect(askApproval(runtime, wanted, 'old', token)).rejects.toThrow(/no owner/)
})

test('declined with a reason', async () => {
  const { runtime } = asked()
  const { id } = await askApproval(runtime, wanted, 'ann', person('ann'))
  expect(decline(runtime, id, 'not today', 'bob')).toMatchObject({ state: 'declined', reason: 'not today', decidedBy: 'bob' })
  await expect(approve(runtime, id, 'bob', person('bob'))).rejects.toThrow(/it is declined/)
})

describe('a request whose carrying out was cut off', () => {
  const applying = async () => {
    const made = asked()
    const { id } = await askApproval(made.runtime, wanted, 'ann', person('ann'))
    const key = `${APPROVAL_PREFIX}${id}`
    const approval = made.runtime.store.memory.get<Approval>(key)!
    made.runtime.store.memory.put(key, { ...approval, state: 'applying', decidedBy: 'bob', decidedAt: 1 })
    const owned = { yes: true }
    Object.assign(made.runtime, { cluster: { owns: () => owned.yes }, engine: { leaseOf: (target: string) => target } })
    const settled = () => {
      settleApprovals(made.runtime)
      return getApproval(made.runtime, id)
    }
    return { ...made, id, owned, settled, restore: () => made.runtime.store.memory.put(key, approval) }
  }

  test('waits again where nothing was begun, or what was begun has left nothing behind; by whoever has its target alone', async () => {
    const { runtime, id, owned, settled } = await applying()
    runtime.store.changes.put({ ...change, approval: id, state: 'failed', watchFrom: undefined })
    owned.yes = false
    expect(settled()).toMatchObject({ state: 'applying' })
    owned.yes = true
    expect(settled()).toMatchObject({ state: 'pending' })
    expect(settled()).not.toHaveProperty('decidedBy')
  })

  test('is approved where its change is watched, once that is sure, and is carried out by nobody again', async () => {
    const { runtime, id, made, settled, restore } = await applying()
    runtime.store.changes.put({ ...change, approval: id, state: 'applying', watchFrom: undefined })
    expect(settled()).toMatchObject({ state: 'applying' })
    runtime.store.changes.put({ ...change, approval: id, approvedBy: 'bob' })
    expect(settled()).toMatchObject({ state: 'approved', decidedBy: 'bob', change: change.id })
    // A replica that was stopped meanwhile wakes, and writes what it had known.
    restore()
    runtime.store.changes.put({ ...change, approval: id, approvedBy: 'bob', state: 'rolled_back' })
    await expect(approve(runtime, id, 'bob', person('bob'))).rejects.toThrow(/carried out already/)
    expect(getApproval(runtime, id)).toMatchObject({ state: 'approved', change: change.id })
    restore()
    expect(settled()).toMatchObject({ state: 'approved', decidedBy: 'bob', change: change.id })
    expect(made).toEqual([])
  })

  test('that this process is carrying out is left alone', async () => {
    const { runtime, id, settled } = await applying()
    const end = beginDeciding(runtime, id)
    expect(settled()).toMatchObject({ state: 'applying' })
    end()
    expect(settled()).toMatchObject({ state: 'pending' })
  })
})
