import { expect, test } from 'vitest'
import type { Changes, Landing } from '../../changes/changes.ts'
import { EvenkeelError } from '../../model/error.ts'
import { createStore } from '../../store/store.ts'
import type { Runtime } from '../runtime.ts'
import { mode, setMode } from './mode.ts'

function runtime(configured: 'observe' | 'tune', land: Changes['land']) {
  const store = createStore({ path: ':memory:' })
  return { store, config: { mode: configured }, changes: { land }, now: Date.now, log: { info() {} } } as unknown as Runtime
}

test('the mode is lowered when what is in flight has ended as the person says, and not before', async () => {
  const asked: (Landing | undefined)[] = []
  const answers: (EvenkeelError | null)[] = [new EvenkeelError('busy', 'one is'), new EvenkeelError('drift', 'not so'), null]
  const one = runtime('tune', async (how, _by, then) => {
    asked.push(how)
    expect(mode(one)).toBe('tune')
    const refusal = answers.shift()
    if (refusal) throw refusal
    then()
  })
  await expect(setMode(one, { mode: 'observe' }, 'ann')).rejects.toMatchObject({ code: 'busy' })
  await expect(setMode(one, { mode: 'observe', inFlight: 'roll-back' }, 'ann')).rejects.toMatchObject({ code: 'drift' })
  expect(mode(one)).toBe('tune')
  expect(await setMode(one, { mode: 'observe', inFlight: 'keep' }, 'ann')).toEqual({ mode: 'observe' })
  expect(asked).toEqual([undefined, 'roll-back', 'keep'])
  expect(await setMode(one, { mode: 'tune' }, 'ann')).toEqual({ mode: 'tune' })
})

test('the page cannot raise it above the configuration', async () => {
  const one = runtime('observe', async () => {})
  await expect(setMode(one, { mode: 'tune' }, 'ann')).rejects.toMatchObject({ code: 'read_only' })
  expect(mode(one)).toBe('observe')
})
