import { expect, test } from 'vitest'
import { buffersByClass, clientField, outputLimits } from './clientBuffers.ts'

const row = (flags: string, omem: string | number, more = '') => `id=3 addr=10.0.0.1:5 name=a flags=${flags} omem=${omem} cmd=get${more}`

test('connections by class as the server has them: one in MONITOR is normal, one that is subscribed is not', () => {
  const rows = [row('N', 5), row('PU', 7), row('S', 11), row('SO', 13), row('M', 17), row('P', 2)]
  expect([...buffersByClass(rows)]).toEqual([
    ['normal', { sum: 35, max: 17, largest: rows[4] }],
    ['replica', { sum: 11, max: 11, largest: rows[2] }],
    ['pubsub', { sum: 9, max: 7, largest: rows[1] }],
  ])
})
test('of a number that cannot be, and of a server that tells none, nothing is known', () => {
  expect(buffersByClass([row('N', 5), row('P', '18446744073709551615'), row('P', 3)]).size).toBe(0)
  expect(buffersByClass(['id=1 addr=10.0.0.1:5 flags=N']).size).toBe(0)
  expect(buffersByClass([]).get('pubsub')).toEqual({ sum: 0, max: 0, largest: null })
})
test('fields are found by their whole name', () => {
  expect(clientField(row('N', 5), 'mem')).toBeUndefined()
  expect(clientField(row('N', 5), 'id')).toBe('3')
  expect(clientField(row('N', 5), 'cmd')).toBe('get')
})
test('limits by class, under the old name of replicas too', () => {
  const limits = outputLimits('normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60')
  expect(limits.get('replica')).toEqual({ hard: 268_435_456, soft: 67_108_864, seconds: 60 })
  expect(limits.get('normal')).toEqual({ hard: 0, soft: 0, seconds: 0 })
  expect(outputLimits('').size).toBe(0)
  expect(outputLimits('pubsub x 0 0 normal 1 2').size).toBe(0)
})
