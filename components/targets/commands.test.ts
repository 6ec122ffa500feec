import { expect, test } from 'vitest'
import { commandRows } from './commands.ts'

const series = (command: string, ...values: (number | null)[]) => ({
  metric: 'm',
  labels: { command },
  points: values.map((v, i) => [i, v] as [number, number]),
})

test('what is called and what it costs', () => {
  const rows = commandRows(
    [series('get', 90, null, 90), series('set', 10, 10), series('idle', 0)],
    [series('get', 0.009), series('set', 0.003)],
  )
  expect(rows).toHaveLength(2)
  expect(rows[0]).toMatchObject({ command: 'get', perSecond: 90, share: 0.9 })
  expect(rows[0]!.meanSeconds).toBeCloseTo(0.0001)
  expect(rows[1]!.busyShare).toBeCloseTo(0.25)
})

test('without times there are only counts', () => {
  expect(commandRows([series('get', 1)], [])).toEqual([{ command: 'get', perSecond: 1, share: 1, meanSeconds: null, busyShare: null }])
})
