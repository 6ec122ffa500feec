import { expect, test } from 'vitest'
import type { PoolServerView } from '@/lib/model/views.ts'
import { againstOthers, serversWord } from './words.ts'

const server = (name: string, responseSeconds: number | null, state: PoolServerView['state'] = 'up') =>
  ({ name, responseSeconds, state }) as PoolServerView

test('a server is held against the others, not against itself', () => {
  const servers = [server('a', 0.02), server('b', 0.022), server('c', 0.16), server('d', null)]
  expect(againstOthers(servers[2]!, { servers })).toBeCloseTo(0.16 / 0.022)
  expect(againstOthers(servers[3]!, { servers })).toBeNull()
  expect(againstOthers(servers[0]!, { servers: [servers[0]!] })).toBeNull()
})

test('down alarms, taken out on purpose does not', () => {
  expect(serversWord({ servers: [server('a', 1), server('b', 1)] })).toEqual({ tone: 'ok', word: '2 up' })
  expect(serversWord({ servers: [server('a', 1), server('b', 1, 'drain')] })).toEqual({ tone: 'info', word: '1 of 2 up' })
  expect(serversWord({ servers: [server('a', 1), server('b', 1, 'down')] })).toEqual({ tone: 'critical', word: '1 of 2 up' })
})
