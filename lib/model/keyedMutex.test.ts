import { expect, test } from 'vitest'
import { createKeyedMutex } from './keyedMutex.ts'

const gate = () => Promise.withResolvers<void>()

test('one after the other for one key, side by side for two', async () => {
  const mutex = createKeyedMutex()
  const log: string[] = []
  const [first, other] = [gate(), gate()]
  const a = mutex.run('a', async () => {
    log.push('a1 begins')
    await first.promise
    log.push('a1 ends')
  })
  const second = mutex.run('a', async () => log.push('a2'))
  const b = mutex.run('b', async () => {
    log.push('b begins')
    await other.promise
  })
  await Promise.resolve()
  expect(log).toEqual(['a1 begins', 'b begins'])
  first.resolve()
  await Promise.all([a, second])
  expect(log).toEqual(['a1 begins', 'b begins', 'a1 ends', 'a2'])
  expect([mutex.isLocked('a'), mutex.isLocked('b')]).toEqual([false, true])
  let idle = false
  const idling = mutex.idle().then(() => {
    idle = true
  })
  await Promise.resolve()
  expect(idle).toBe(false)
  other.resolve()
  await Promise.all([b, idling])
  expect(mutex.isLocked('b')).toBe(false)
})

test('what fails stops nobody behind it, and its caller hears of it', async () => {
  const mutex = createKeyedMutex()
  const failing = mutex.run('a', async () => {
    throw new Error('no')
  })
  const next = mutex.run('a', async () => 'done')
  await expect(failing).rejects.toThrow('no')
  expect(await next).toBe('done')
})
